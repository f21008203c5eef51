//! Reads from Stripe, and the two calls that need no command: accounts and their links.

use serde::de::DeserializeOwned;
use stripe_client_core::{RequestBuilder, StripeRequest};
use stripe_connect::{account, transfer, transfer_reversal};
use stripe_core::{balance_transaction, charge, dispute, payment_intent, refund};
use stripe_types::RangeQueryTs;

use super::StripeClient;
use super::client::Call;
use super::object::{
    Account, BalanceTransaction, Charge, Dispute, PaymentIntent, Refund, Transfer, TransferReversal,
};
use super::outcome::Failure;

const PAGE: &str = "100";

/// Which balance transactions to list; an absent member does not restrict the list.
#[derive(Clone, Debug, Default)]
pub struct BalanceFilter {
    /// Those of one payout.
    pub payout: Option<String>,
    /// Those of one charge, refund, transfer, …
    pub source: Option<String>,
    /// Those made at or after this second.
    pub created_from: Option<i64>,
}

impl StripeClient {
    /// Send a typed request and read the answer as a `T`. A request that creates something needs a
    /// key.
    pub async fn call<T: DeserializeOwned>(
        &self,
        request: &impl StripeRequest,
        idempotency_key: Option<&str>,
    ) -> Result<T, Failure> {
        let idempotency_key = idempotency_key.map(str::to_owned);
        let call = Call { idempotency_key, ..Call::of(request.build()) };
        self.outcome(&call).await.into_result()?.object()
    }

    /// One payment intent.
    pub async fn payment_intent(&self, id: &str) -> Result<PaymentIntent, Failure> {
        self.call(&payment_intent::RetrievePaymentIntent::new(id), None).await
    }

    /// One charge.
    pub async fn charge(&self, id: &str) -> Result<Charge, Failure> {
        self.call(&charge::RetrieveCharge::new(id), None).await
    }

    /// One refund.
    pub async fn refund(&self, id: &str) -> Result<Refund, Failure> {
        self.call(&refund::RetrieveRefund::new(id), None).await
    }

    /// One transfer.
    pub async fn transfer(&self, id: &str) -> Result<Transfer, Failure> {
        self.call(&transfer::RetrieveTransfer::new(id), None).await
    }

    /// One dispute.
    pub async fn dispute(&self, id: &str) -> Result<Dispute, Failure> {
        self.call(&dispute::RetrieveDispute::new(id), None).await
    }

    /// One connected account.
    pub async fn account(&self, id: &str) -> Result<Account, Failure> {
        self.call(&account::RetrieveAccount::new(id), None).await
    }

    /// The refunds of a payment intent.
    pub async fn refunds_of(&self, payment_intent: &str) -> Result<Vec<Refund>, Failure> {
        self.list(refunds_of(payment_intent)).await
    }

    /// The transfers of a group.
    pub async fn transfers_of(&self, transfer_group: &str) -> Result<Vec<Transfer>, Failure> {
        self.list(transfers_of(transfer_group)).await
    }

    /// The reversals of a transfer.
    pub async fn reversals_of(&self, transfer: &str) -> Result<Vec<TransferReversal>, Failure> {
        self.list(reversals_of(transfer)).await
    }

    /// The balance transactions of the platform.
    pub async fn balance_transactions(
        &self,
        filter: &BalanceFilter,
    ) -> Result<Vec<BalanceTransaction>, Failure> {
        let mut request = balance_transaction::ListBalanceTransaction::new();
        if let Some(payout) = &filter.payout {
            request = request.payout(payout);
        }
        if let Some(source) = &filter.source {
            request = request.source(source);
        }
        if let Some(created_from) = filter.created_from {
            request = request.created(RangeQueryTs::gte(created_from));
        }
        self.list(request.build()).await
    }

    /// All objects of a list, page after page.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<Vec<T>, Failure> {
        #[derive(serde::Deserialize)]
        struct Page<T> {
            data: Vec<T>,
            #[serde(default)]
            has_more: bool,
        }
        let RequestBuilder { query, body, path, method } = request;
        let mut objects = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let request = RequestBuilder {
                query: query.clone(),
                body: body.clone(),
                path: path.clone(),
                method,
            };
            let mut call = Call::of(request).with_query("limit", PAGE);
            if let Some(after) = &after {
                call = call.with_query("starting_after", after);
            }
            let reply = self.outcome(&call).await.into_result()?;
            after = reply.body["data"]
                .as_array()
                .and_then(|data| data.last()?["id"].as_str())
                .map(str::to_owned);
            let page: Page<T> = reply.object()?;
            objects.extend(page.data);
            if !page.has_more || after.is_none() {
                return Ok(objects);
            }
        }
    }
}

pub(super) fn refunds_of(payment_intent: &str) -> RequestBuilder {
    refund::ListRefund::new().payment_intent(payment_intent).build()
}

pub(super) fn transfers_of(transfer_group: &str) -> RequestBuilder {
    transfer::ListTransfer::new().transfer_group(transfer_group).build()
}

pub(super) fn reversals_of(transfer: &str) -> RequestBuilder {
    transfer_reversal::ListIdTransferReversal::new(transfer).build()
}
