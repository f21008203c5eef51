//! A database with nothing in it, for tests of the deploy itself.

use crate::cluster::{Cluster, Database};

/// A database that nothing was deployed to. It is dropped with this.
pub struct EmptyDatabase {
    /// The deploying user's way in: it owns the database, and is no superuser.
    pub owner_url: String,
    /// A superuser's way in.
    pub admin_url: String,
    name: String,
    cluster: &'static Cluster,
}

impl EmptyDatabase {
    /// A new one.
    pub async fn new() -> Self {
        Self::open().await.unwrap_or_else(|error| panic!("no database: {error:#}"))
    }

    async fn open() -> anyhow::Result<Self> {
        let cluster = Cluster::get().await?;
        let Database { name, admin_url, owner_url } = cluster.empty().await?;
        Ok(Self { owner_url, admin_url, name, cluster })
    }
}

impl Drop for EmptyDatabase {
    fn drop(&mut self) {
        self.cluster.discard(std::mem::take(&mut self.name));
    }
}
