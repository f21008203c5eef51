//! SQS, through the AWS SDK with one HTTP stack and one TLS library (rustls with ring).

use std::{sync::OnceLock, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::DisplayErrorContext,
    types::{DeleteMessageBatchRequestEntry, MessageSystemAttributeName},
    types::{Message, SendMessageBatchRequestEntry},
};
use aws_smithy_http_client::{Builder, tls};

use super::{BATCH, Entry, Received, Receiver, Rejected, Sender, all_rejected};
use environment::BadSetting;
use errors::{Error, Result};

/// One SQS queue. Cheap to create: the client and its TLS roots are built on first use.
pub struct SqsQueue {
    queue_url: String,
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
    client: OnceLock<Client>,
}

impl SqsQueue {
    /// The queue that NOTIFICATION_QUEUE_URL names.
    ///
    /// The credentials are those that Lambda puts into the environment. They live as long as the
    /// process, so nothing has to refresh them. AWS_ENDPOINT_URL_SQS, a variable of the SDKs, can
    /// name a stand-in.
    pub fn from_env() -> Result<Self, BadSetting> {
        let credentials = Credentials::new(
            environment::required("AWS_ACCESS_KEY_ID")?,
            environment::required("AWS_SECRET_ACCESS_KEY")?,
            environment::optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let queue = Self::new(&environment::required("NOTIFICATION_QUEUE_URL")?, credentials)?;
        Ok(Self {
            region: environment::optional("AWS_REGION").unwrap_or(queue.region),
            endpoint: environment::optional("AWS_ENDPOINT_URL_SQS"),
            ..queue
        })
    }

    /// The queue at `queue_url`; its host name contains the region.
    pub fn new(queue_url: &str, credentials: Credentials) -> Result<Self, BadSetting> {
        let host = queue_url
            .split_once("://")
            .and_then(|(_, rest)| rest.split('/').next())
            .filter(|host| !host.is_empty())
            .ok_or_else(|| {
                BadSetting::new("NOTIFICATION_QUEUE_URL", "is not the URL of a queue.")
            })?;
        let region = host
            .strip_prefix("sqs.")
            .and_then(|rest| rest.split_once(".amazonaws.com"))
            .map_or("us-east-1", |(region, _)| region);
        Ok(Self {
            queue_url: queue_url.to_owned(),
            region: region.to_owned(),
            endpoint: None,
            credentials,
            client: OnceLock::new(),
        })
    }

    /// The same queue behind another endpoint.
    pub fn at(self, endpoint: &str) -> Self {
        Self { endpoint: Some(endpoint.to_owned()), ..self }
    }

    /// The region that requests are signed for.
    pub fn region(&self) -> &str {
        &self.region
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let http = Builder::new()
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .build_https();
            // A long poll waits 20 seconds; nothing should wait much longer.
            let timeouts = TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(2))
                .operation_timeout(Duration::from_secs(25))
                .build();
            let mut settings = aws_sdk_sqs::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(self.region.clone()))
                .credentials_provider(self.credentials.clone())
                .http_client(http)
                .retry_config(RetryConfig::standard().with_max_attempts(3))
                .timeout_config(timeouts);
            settings.set_endpoint_url(self.endpoint.clone());
            Client::from_conf(settings.build())
        })
    }
}

impl Sender for SqsQueue {
    async fn send(&self, entries: &[Entry]) -> Vec<Rejected> {
        if entries.is_empty() {
            return Vec::new();
        }
        let batch = entries.iter().enumerate().map(batch_entry).collect::<Result<Vec<_>, _>>();
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return all_rejected(entries, &error.to_string()),
        };
        let call = self
            .client()
            .send_message_batch()
            .queue_url(&self.queue_url)
            .set_entries(Some(batch))
            .send();
        match call.await {
            Err(error) => {
                let reason = DisplayErrorContext(&error).to_string();
                tracing::warn!(reason, "SQS refused a batch");
                all_rejected(entries, &reason)
            }
            // Only entries that SQS reports as accepted are accepted; an entry it does not mention
            // is not.
            Ok(answer) => entries
                .iter()
                .enumerate()
                .filter(|(at, _)| !answer.successful().iter().any(|s| s.id() == at.to_string()))
                .map(|(at, entry)| {
                    let failed = answer.failed().iter().find(|f| f.id() == at.to_string());
                    let reason = failed.map_or_else(
                        || "SQS did not mention this entry.".to_owned(),
                        |f| format!("{}: {}", f.code(), f.message().unwrap_or_default()),
                    );
                    Rejected { id: entry.id, reason }
                })
                .collect(),
        }
    }
}

/// An entry is named by its position, because names must be unique in a batch and ids need not be.
fn batch_entry(
    (at, entry): (usize, &Entry),
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    SendMessageBatchRequestEntry::builder().id(at.to_string()).message_body(&entry.body).build()
}

impl Receiver for SqsQueue {
    async fn receive(&self) -> Result<Vec<Received>> {
        let answer = self
            .client()
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(BATCH as i32)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .wait_time_seconds(20)
            .send()
            .await
            .map_err(|error| Error::internal(DisplayErrorContext(&error)))?;
        Ok(answer.messages().iter().map(received).collect())
    }

    async fn delete(&self, receipts: &[String]) -> Result<()> {
        if receipts.is_empty() {
            return Ok(());
        }
        let batch = receipts.iter().enumerate().map(|(at, receipt)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .receipt_handle(receipt)
                .build()
        });
        let batch = batch.collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
        let answer = self
            .client()
            .delete_message_batch()
            .queue_url(&self.queue_url)
            .set_entries(Some(batch))
            .send()
            .await
            .map_err(|error| Error::internal(DisplayErrorContext(&error)))?;
        // A message that was not deleted comes again, and its consumer recognises it.
        for failed in answer.failed() {
            tracing::warn!(code = failed.code(), "SQS did not delete a message");
        }
        Ok(())
    }
}

fn received(message: &Message) -> Received {
    let count = message
        .attributes()
        .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount))
        .and_then(|count| count.parse().ok());
    Received {
        message_id: message.message_id().unwrap_or_default().to_owned(),
        receipt: message.receipt_handle().unwrap_or_default().to_owned(),
        body: message.body().unwrap_or_default().to_owned(),
        receive_count: count.unwrap_or(1),
    }
}
