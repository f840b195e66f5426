#[automatically_derived]
impl api::lambda::problem::Problem for Never {
    fn details(&self) -> api::lambda::problem::ProblemDetails {
        match *self {}
    }
    fn cause(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
        match *self {}
    }
    fn kinds() -> ::std::vec::Vec<api::lambda::problem::ProblemKind> {
        ::std::vec![]
    }
}
