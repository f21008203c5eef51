"""Drives the stand-in with Stripe's official SDK, which nobody here wrote.

  official.py flows BASE      every flow, and the SDK's own check of the webhooks' signatures
  official.py requests BASE   whether Stripe knows every parameter our client sent there
  official.py routes BASE     whether Stripe knows every parameter the stand-in takes
"""

import http.server
import json
import re
import sys
import threading
import typing
import urllib.request

import stripe
import stripe.params

SECRET = "whsec_official_0001"


def call(base, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(base + path, data, headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


class Inbox(http.server.BaseHTTPRequestHandler):
    events = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event = stripe.Webhook.construct_event(body, self.headers["stripe-signature"], SECRET)
        Inbox.events.append(event)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def expect_error(kind, code, action):
    try:
        action()
    except kind as error:
        assert error.code == code, f"{error.code} is not {code}"
        return error
    raise AssertionError(f"{code} was expected")


def flows(base):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    call(base, "/_double/webhooks", {"url": url, "secrets": ["whsec_other_00002", SECRET]})
    client = stripe.StripeClient(
        "sk_test_official_0001", base_addresses={"api": base}, max_network_retries=0
    ).v1
    payments(client, base)
    refunds_and_disputes(client, base)
    connect(client, base)
    pages(client)
    call(base, "/_double/settle", {})
    assert len(Inbox.events) > 20, len(Inbox.events)
    assert all(event.object == "event" for event in Inbox.events)
    call(base, "/_double/audit")
    server.shutdown()


def new_intent(client, **params):
    params = {"amount": 30000, "currency": "dkk", "automatic_payment_methods": {"enabled": True}, **params}
    return client.payment_intents.create(params)


def paid(client, card, **params):
    back = params.pop("return_url", "http://127.0.0.1/back")
    intent = new_intent(client, **params)
    return client.payment_intents.confirm(intent.id, {"payment_method": card, "return_url": back})


def payments(client, base):
    customer = client.customers.create({"name": "Nobody", "metadata": {"person_id": "1"}})
    assert client.customers.retrieve(customer.id).metadata["person_id"] == "1"
    options = {"idempotency_key": "k"}
    params = {"amount": 30000, "currency": "dkk", "customer": customer.id}
    first = client.payment_intents.create(params, options)
    assert client.payment_intents.create(params, options).id == first.id
    expect_error(
        stripe.IdempotencyError,
        None,
        lambda: client.payment_intents.create({**params, "amount": 40000}, options),
    )
    listed = client.payment_intents.list({"customer": customer.id, "created": {"gte": 0}})
    assert [intent.id for intent in listed.data] == [first.id]

    intent = paid(client, "pm_card_visa")
    assert intent.status == "succeeded" and intent.amount_received == 30000
    whole = client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    assert whole.latest_charge.balance_transaction.net == 29550
    declined = expect_error(
        stripe.CardError, "card_declined", lambda: paid(client, "pm_card_visa_chargeDeclined")
    )
    assert declined.error.payment_intent.status == "requires_payment_method"
    asked = paid(client, "pm_card_authenticationRequired", return_url="http://127.0.0.1/back")
    assert asked.status == "requires_action", asked.status
    held = paid(client, "pm_card_visa", capture_method="manual")
    assert held.status == "requires_capture"
    assert client.payment_intents.capture(held.id, {"amount_to_capture": 20000}).amount_received == 20000
    expect_error(
        stripe.InvalidRequestError,
        "payment_intent_unexpected_state",
        lambda: client.payment_intents.cancel(held.id),
    )
    assert client.payment_intents.cancel(first.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    expect_error(
        stripe.InvalidRequestError,
        "parameter_unknown",
        lambda: client.payment_intents.create({"amount": 30000, "currency": "dkk", "colour": "red"}),
    )
    pages = [intent.id for intent in client.payment_intents.list({"limit": 2}).auto_paging_iter()]
    assert len(pages) == len(set(pages)) == 5, pages


def refunds_and_disputes(client, base):
    paid(client, "pm_card_bypassPending", amount=900000)
    intent = paid(client, "pm_card_visa")
    refund = client.refunds.create({"payment_intent": intent.id, "amount": 1000, "reason": "requested_by_customer"})
    assert refund.status == "succeeded"
    assert client.refunds.list({"payment_intent": intent.id}).data[0].id == refund.id
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 1000
    call(base, "/_double/disputes", {"payment_intent": intent.id})
    dispute = client.disputes.list({"charge": intent.latest_charge}).data[0]
    assert dispute.status == "needs_response"
    expect_error(
        stripe.InvalidRequestError,
        "charge_disputed",
        lambda: client.refunds.create({"payment_intent": intent.id}),
    )
    assert client.disputes.close(dispute.id).status == "lost"
    kinds = [event.type for event in client.events.list({"limit": 100}).data]
    assert kinds[0] == "charge.dispute.closed", kinds[0]


def connect(client, base):
    account = client.accounts.create(
        {
            "country": "DK",
            "capabilities": {"transfers": {"requested": True}},
            "controller": {"losses": {"payments": "application"}, "stripe_dashboard": {"type": "express"}},
        }
    )
    link = client.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1/again",
            "return_url": "http://127.0.0.1/back",
        }
    )
    assert link.url.startswith(base)
    call(base, f"/_double/accounts/{account.id}/onboard", {})
    assert client.accounts.retrieve(account.id).capabilities.transfers == "active"
    intent = paid(client, "pm_card_bypassPending", transfer_group="order_9")
    transfer = client.transfers.create(
        {
            "amount": 20000,
            "currency": "dkk",
            "destination": account.id,
            "source_transaction": intent.latest_charge,
            "transfer_group": "order_9",
        }
    )
    assert [t.id for t in client.transfers.list({"transfer_group": "order_9"}).data] == [transfer.id]
    reversal = client.transfers.reversals.create(transfer.id, {"amount": 500})
    assert client.transfers.reversals.list(transfer.id).data[0].id == reversal.id
    as_account = {"stripe_account": account.id}
    balance = client.balance.retrieve(options=as_account)
    assert balance.available[0].amount == 19500, balance.available
    payout = client.payouts.create({"amount": 19500, "currency": "dkk"}, as_account)
    assert payout.status == "pending"
    movements = client.balance_transactions.list({"source": transfer.id}).data
    assert movements[0].amount == -20000
    assert client.accounts.login_links.create(account.id).url.startswith(base)
    expect_error(
        stripe.InvalidRequestError, "account_has_balance", lambda: client.accounts.delete(refilled(client, account))
    )


def refilled(client, account):
    """The id of the account, with money in it again."""
    charge = paid(client, "pm_card_bypassPending").latest_charge
    transfer = {"amount": 100, "currency": "dkk", "destination": account.id, "source_transaction": charge}
    client.transfers.create(transfer)
    return account.id


def pages(client):
    endpoint = client.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/hook", "enabled_events": ["charge.succeeded"]}
    )
    assert endpoint.secret.startswith("whsec_")
    assert client.webhook_endpoints.list().data[0].id == endpoint.id
    assert client.webhook_endpoints.delete(endpoint.id).deleted
    price = {"currency": "dkk", "unit_amount": 15000, "product_data": {"name": "An hour"}}
    session = client.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 2}],
            "success_url": "http://127.0.0.1/done",
        }
    )
    assert session.amount_total == 30000 and session.url
    assert client.checkout.sessions.retrieve(session.id).status == "open"
    assert client.checkout.sessions.expire(session.id).status == "expired"


# Which of the SDK's parameter types describes an endpoint.
TYPES = {
    "POST /v1/accounts": "AccountCreateParams",
    "POST /v1/accounts/:id": "AccountUpdateParams",
    "POST /v1/account_links": "AccountLinkCreateParams",
    "POST /v1/checkout/sessions": "checkout.SessionCreateParams",
    "GET /v1/checkout/sessions": "checkout.SessionListParams",
    "POST /v1/checkout/sessions/:id": "checkout.SessionUpdateParams",
    "POST /v1/webhook_endpoints": "WebhookEndpointCreateParams",
    "POST /v1/webhook_endpoints/:id": "WebhookEndpointUpdateParams",
    "GET /v1/balance_transactions": "BalanceTransactionListParams",
    "GET /v1/charges": "ChargeListParams",
    "POST /v1/customers": "CustomerCreateParams",
    "POST /v1/customers/:id": "CustomerUpdateParams",
    "GET /v1/customers": "CustomerListParams",
    "GET /v1/disputes": "DisputeListParams",
    "POST /v1/disputes/:id": "DisputeUpdateParams",
    "GET /v1/events": "EventListParams",
    "POST /v1/payment_intents": "PaymentIntentCreateParams",
    "GET /v1/payment_intents": "PaymentIntentListParams",
    "GET /v1/payment_intents/:id": "PaymentIntentRetrieveParams",
    "POST /v1/payment_intents/:id": "PaymentIntentUpdateParams",
    "POST /v1/payment_intents/:id/confirm": "PaymentIntentConfirmParams",
    "POST /v1/payment_intents/:id/capture": "PaymentIntentCaptureParams",
    "POST /v1/payment_intents/:id/cancel": "PaymentIntentCancelParams",
    "POST /v1/payment_methods": "PaymentMethodCreateParams",
    "POST /v1/payment_methods/:id/attach": "PaymentMethodAttachParams",
    "POST /v1/payouts": "PayoutCreateParams",
    "GET /v1/payouts": "PayoutListParams",
    "POST /v1/refunds": "RefundCreateParams",
    "GET /v1/refunds": "RefundListParams",
    "POST /v1/refunds/:id": "RefundUpdateParams",
    "POST /v1/setup_intents": "SetupIntentCreateParams",
    "GET /v1/setup_intents/:id": "SetupIntentRetrieveParams",
    "POST /v1/setup_intents/:id/confirm": "SetupIntentConfirmParams",
    "POST /v1/topups": "TopupCreateParams",
    "GET /v1/topups": "TopupListParams",
    "POST /v1/transfers": "TransferCreateParams",
    "GET /v1/transfers": "TransferListParams",
    "POST /v1/transfers/:id": "TransferUpdateParams",
    "POST /v1/transfers/:id/reversals": "TransferCreateReversalParams",
    "GET /v1/transfers/:id/reversals": "TransferListReversalsParams",
}

# Not Stripe's business: the SDK's own options, and what only a browser sends.
OPTIONS = {"api_key", "stripe_version", "stripe_account", "stripe_context", "max_network_retries",
           "idempotency_key", "content_type", "headers"}
BROWSER = {"client_secret", "expected_payment_method_type"}


def known(name, steps):
    """Whether `steps`, as of metadata[op_id], lead somewhere in the type `name`."""
    *folder, name = name.split(".")
    module = __import__(".".join(["stripe.params", *folder]), fromlist=[name])
    kind = getattr(module, name)
    members = {k: v for k, v in kind.__annotations__.items() if k not in OPTIONS}
    if steps[0] not in members:
        return False
    rest = [step for step in steps[1:] if not re.fullmatch(r"\d*", step)]
    if not rest:
        return True
    nested = re.findall(r"\w+Params\w+", str(members[steps[0]]))
    # Free keys, as of metadata, lead to no type of their own.
    return not nested or any(known(".".join([*folder, name]), rest) for name in nested)


def check(found):
    unknown = []
    for endpoint, param in sorted(found):
        steps = re.findall(r"[^\[\]]+", param)
        if endpoint not in TYPES:
            unknown.append(f"{endpoint}: no parameters are known, {param} is taken")
        elif not known(TYPES[endpoint], steps) and param not in BROWSER:
            unknown.append(f"{endpoint}: {param}")
    assert not unknown, "\n".join(unknown)
    print(f"{len(found)} parameters, all known to Stripe")


def requests(base):
    def pattern(path):
        step = re.compile(r"^[a-z]+_[0-9A-Za-z]*[0-9][0-9A-Za-z]*$")
        return "/".join(":id" if step.match(part) else part for part in path.split("/"))

    found = set()
    for request in call(base, "/_double/requests"):
        endpoint = f"{request['method']} {pattern(request['path'])}"
        found |= {(endpoint, name) for name in request["params"]}
    assert len(found) > 40, f"only {len(found)} parameters were sent"
    check(found)


def routes(base):
    check(
        {
            (f"{route['method']} {route['path']}", param)
            for route in call(base, "/_double/routes")
            for param in route["params"]
        }
    )


if __name__ == "__main__":
    {"flows": flows, "requests": requests, "routes": routes}[sys.argv[1]](sys.argv[2])
