use handlers::prelude::*;

struct Order;

mod body {
    use super::*;

    #[handler(queue)]
    async fn take(message: Message<Order>) -> () {
        let _ = message;
    }
}

mod detail {
    use super::*;

    #[handler(event)]
    async fn greet(event: BusEvent<Order>) -> () {
        let _ = event;
    }
}

mod error {
    use super::*;

    #[handler(queue)]
    async fn take(message: Message<NewBooking>) -> Result<(), Order> {
        let _ = message;
        Err(Order)
    }
}

mod seconds {
    use super::*;

    #[derive(Debug, Problem)]
    enum OrderError {
        #[problem(status = 503)]
        Later {
            #[problem(retry_after)]
            seconds: i64,
        },
    }
}

fn main() {}
