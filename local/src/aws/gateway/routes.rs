//! Route selection:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation>.

use std::cmp::Ordering;

use crate::project::template::{Access, Function, Method, Route, Segment};

/// The routes, most specific first.
pub(crate) struct Routes {
    ordered: Vec<Entry>,
    default: Option<(String, Option<Access>)>,
}

struct Entry {
    method: Method,
    segments: Vec<Segment>,
    key: String,
    function: String,
    access: Option<Access>,
}

/// The selected route of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub function: &'a str,
    /// `GET /things/{id}`.
    pub route_key: &'a str,
    pub parameters: Vec<(&'a str, String)>,
    /// The authorizer and scopes of the route.
    pub access: Option<&'a Access>,
}

impl Routes {
    pub(crate) fn new(functions: &[Function]) -> Self {
        let mut routes = Self { ordered: Vec::new(), default: None };
        for function in functions {
            for route in &function.routes {
                match route {
                    Route::Default { access } => routes.default = Some((function.key.clone(), access.clone())),
                    Route::Path { method, segments, access, .. } => routes.ordered.push(Entry {
                        method: method.clone(),
                        segments: segments.clone(),
                        key: route.key(),
                        function: function.key.clone(),
                        access: access.clone(),
                    }),
                }
            }
        }
        routes.ordered.sort_by(|a, b| specificity(&a.segments, &b.segments).then_with(|| b.method.cmp(&a.method)));
        routes
    }

    /// Selects the route for a method and a decoded path.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let pieces: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let matched = self.ordered.iter().find_map(|entry| {
            if matches!(&entry.method, Method::One(only) if only != method) {
                return None;
            }
            let parameters = parameters(&entry.segments, &pieces)?;
            let access = entry.access.as_ref();
            Some(Found { function: &entry.function, route_key: &entry.key, parameters, access })
        });
        matched.or_else(|| {
            let (function, access) = self.default.as_ref()?;
            Some(Found { function, route_key: "$default", parameters: Vec::new(), access: access.as_ref() })
        })
    }
}

/// Orders segments from left to right: literal, parameter, greedy parameter.
fn specificity(a: &[Segment], b: &[Segment]) -> Ordering {
    let rank = |segment: &Segment| match segment {
        Segment::Literal(_) => 0,
        Segment::Parameter(_) => 1,
        Segment::Rest(_) => 2,
    };
    let pairs = a.iter().map(rank).zip(b.iter().map(rank));
    pairs.map(|(a, b)| a.cmp(&b)).find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn parameters<'a>(segments: &'a [Segment], pieces: &[&str]) -> Option<Vec<(&'a str, String)>> {
    let mut parameters = Vec::new();
    let mut index = 0;
    for segment in segments {
        let piece = pieces.get(index).copied()?;
        match segment {
            Segment::Literal(text) if text == piece => {}
            Segment::Parameter(name) if !piece.is_empty() => parameters.push((name.as_str(), piece.to_owned())),
            Segment::Rest(name) => {
                let rest = pieces[index..].join("/");
                if rest.is_empty() {
                    return None;
                }
                parameters.push((name, rest));
                return Some(parameters);
            }
            _ => return None,
        }
        index += 1;
    }
    (index == pieces.len()).then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let segment = |piece: &str| match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            None => Segment::Literal(piece.into()),
            Some(name) => match name.strip_suffix('+') {
                None => Segment::Parameter(name.into()),
                Some(name) => Segment::Rest(name.into()),
            },
        };
        let mut routes = Routes { ordered: Vec::new(), default: None };
        for key in keys {
            let Some((method, path)) = key.split_once(' ') else {
                routes.default = Some(("default".into(), None));
                continue;
            };
            let method = if method == "ANY" { Method::Any } else { Method::One(method.into()) };
            let segments = path[1..].split('/').map(segment).collect();
            let function = "f".to_owned();
            routes.ordered.push(Entry { method, segments, key: (*key).into(), function, access: None });
        }
        routes.ordered.sort_by(|a, b| specificity(&a.segments, &b.segments).then_with(|| b.method.cmp(&a.method)));
        routes
    }

    fn key<'a>(routes: &'a Routes, method: &str, path: &str) -> &'a str {
        routes.find(method, path).map_or("none", |found| found.route_key)
    }

    #[test]
    fn the_most_specific_route_wins() {
        // The example of AWS's documentation, and further cases.
        let routes = routes(&[
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{id}",
            "ANY /pets/{id}",
            "GET /pets/dog/1",
            "GET /pets/{x}/{y+}",
        ]);
        for (method, path, expected) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/{x}/{y+}"),
            ("GET", "/pets/dog", "GET /pets/{id}"),
            ("POST", "/pets/dog", "ANY /pets/{id}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("GET", "/", "$default"),
        ] {
            assert_eq!(key(&routes, method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn what_no_route_takes_is_none() {
        let routes = routes(&["GET /a", "GET /a/{id}", "GET /"]);
        for (method, path) in [
            ("POST", "/a"),
            ("GET", "/a/"),
            ("GET", "/b"),
            ("GET", "/a/b/c"),
            ("GET", "//a"),
            ("HEAD", "/a"),
            ("GET", "a"),
        ] {
            assert_eq!(key(&routes, method, path), "none", "{method} {path}");
        }
        assert_eq!(key(&routes, "GET", "/"), "GET /");
    }

    #[test]
    fn parameters_carry_what_was_there() {
        let routes = routes(&["GET /a/{one}/{more+}"]);
        let found = routes.find("GET", "/a/x y/b/c").unwrap();
        assert_eq!(found.parameters, [("one", "x y".to_owned()), ("more", "b/c".to_owned())]);
    }
}
