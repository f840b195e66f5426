//! The one table of a small service.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

use crate::{Init, InitError};

const TABLE_NAME: &str = "TABLE_NAME";

/// The table that the variable `TABLE_NAME` names. A handler borrows it as `&Table`; each method begins a request to it.
///
/// ```no_run
/// use lambda::aws::dynamodb::types::AttributeValue;
/// use lambda::aws::{CallError, Table};
///
/// async fn is_there(table: &Table, note_id: &str) -> Result<bool, CallError> {
///     let key = AttributeValue::S(note_id.to_owned());
///     Ok(table.get_item().key("note_id", key).send().await?.item.is_some())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Init for Table {
    const VARIABLES: &'static [&'static str] = &[TABLE_NAME];

    async fn init() -> Result<Self, InitError> {
        Self::of_variable(TABLE_NAME).await
    }
}

impl Table {
    /// The table that another variable names, for a type of the service's own. Name the variable in its
    /// [`VARIABLES`](Init::VARIABLES).
    ///
    /// # Errors
    /// When the variable is not set, or a client cannot be built.
    pub async fn of_variable(variable: &str) -> Result<Self, InitError> {
        let name = crate::variable(variable)?;
        Ok(Self { client: Client::init().await?, name })
    }

    /// `GetItem`.
    #[must_use]
    pub fn get_item(&self) -> GetItemFluentBuilder {
        self.client.get_item().table_name(&self.name)
    }

    /// `PutItem`.
    #[must_use]
    pub fn put_item(&self) -> PutItemFluentBuilder {
        self.client.put_item().table_name(&self.name)
    }

    /// `UpdateItem`.
    #[must_use]
    pub fn update_item(&self) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.name)
    }

    /// `DeleteItem`.
    #[must_use]
    pub fn delete_item(&self) -> DeleteItemFluentBuilder {
        self.client.delete_item().table_name(&self.name)
    }

    /// `Query`.
    #[must_use]
    pub fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }
}
