//! The rules of resources.

use lambda::IfMatch;
use serde::{Deserialize, Serialize};

use super::Bookings;
use super::attempts::Attempts;
use super::change::replace;
use super::commit::{Commit, Write, put_new};
use super::days::partition;
use super::errors::{classify, foreign};
use super::item::{Item, key, read, sortable, write};
use crate::booking::{BookingError, Resource, ResourceId, Rules, Timestamp};

/// `sk` of a resource's rules.
pub(super) const RULES: &str = "RULES";

/// The item of a resource's rules. It stays when they are removed, so that the version never starts again.
#[derive(Serialize, Deserialize)]
struct RulesItem {
    pk: String,
    sk: String,
    version: u64,
    #[serde(serialize_with = "sortable")]
    updated_at: Timestamp,
    /// The rules as JSON: one text is read in half the time of so many attributes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
}

impl RulesItem {
    fn rules(&self) -> Result<Option<Rules>, BookingError> {
        self.rules.as_deref().map(serde_json::from_str).transpose().map_err(foreign)
    }
}

/// The rules of an item, if they were not removed.
pub(super) fn rules_of(item: Item) -> Result<Option<Rules>, BookingError> {
    read::<RulesItem>(item)?.rules()
}

/// The key of a resource's rules.
pub(super) fn rules_key(resource: &ResourceId) -> Item {
    key(partition(resource), RULES)
}

impl Bookings {
    /// A resource with its rules, or those that hold where none were set. One consistent read.
    ///
    /// # Errors
    /// An error of the store.
    pub async fn resource(&self, id: &ResourceId) -> Result<Resource, BookingError> {
        let (version, updated_at, rules) = match self.rules_item(id).await? {
            Some(item) => (item.version, Some(item.updated_at), item.rules()?),
            None => (0, None, None),
        };
        Ok(Resource { resource_id: id.clone(), rules: rules.unwrap_or_default(), version, updated_at })
    }

    async fn rules_item(&self, id: &ResourceId) -> Result<Option<RulesItem>, BookingError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(rules_key(id))).send().await.map_err(classify)?;
        answer.item.map(read::<RulesItem>).transpose()
    }

    /// Replaces the rules of a resource.
    ///
    /// # Errors
    /// [`BookingError::VersionChanged`], [`BookingError::Contended`], or an error of the store.
    pub async fn set_rules(
        &self,
        id: &ResourceId,
        rules: Rules,
        if_match: Option<IfMatch>,
    ) -> Result<Resource, BookingError> {
        let mut attempts = Attempts::default();
        loop {
            let before = self.resource(id).await?;
            if if_match.as_ref().is_some_and(|if_match| !if_match.allows(&before.entity_tag())) {
                return Err(BookingError::VersionChanged { version: before.version });
            }
            let (version, now) = (before.version + 1, self.surroundings.now());
            if self.put_rules(id, Some(&rules), before.version, now).await? {
                return Ok(Resource { resource_id: id.clone(), rules, version, updated_at: Some(now) });
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }

    /// Writes the rules, or that there are none, if `before` is still their version. `false` if it is not.
    async fn put_rules(
        &self,
        id: &ResourceId,
        rules: Option<&Rules>,
        before: u64,
        now: Timestamp,
    ) -> Result<bool, BookingError> {
        let item = RulesItem {
            pk: partition(id),
            sk: RULES.to_owned(),
            version: before + 1,
            updated_at: now,
            rules: rules.map(serde_json::to_string).transpose().map_err(foreign)?,
        };
        // A transaction, although it is one write: its token keeps the SDK's retry after a lost response from writing twice.
        let put = if before == 0 { put_new(write(&item)?) } else { replace(write(&item)?, before) };
        Ok(matches!(self.commit(vec![Write::Put(put)]).await?, Commit::Done))
    }

    /// Removes the rules of a resource. Removing what was never set changes nothing.
    ///
    /// It is on condition of the version that was read: a request that is carried out late, or once more, does not remove
    /// what was set after its answer.
    ///
    /// # Errors
    /// [`BookingError::Contended`], or an error of the store.
    pub async fn remove_rules(&self, id: &ResourceId) -> Result<(), BookingError> {
        let mut attempts = Attempts::default();
        loop {
            let Some(RulesItem { version, rules: Some(_), .. }) = self.rules_item(id).await? else { return Ok(()) };
            if self.put_rules(id, None, version, self.surroundings.now()).await? {
                return Ok(());
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}
