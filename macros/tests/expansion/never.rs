#[automatically_derived]
impl api::problem::Problem for Never {
    fn details(&self) -> api::problem::ProblemDetails {
        match *self {}
    }
    fn cause(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
        match *self {}
    }
    fn kinds() -> ::std::vec::Vec<api::problem::ProblemKind> {
        ::std::vec![]
    }
}
