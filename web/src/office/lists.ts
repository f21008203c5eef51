import { api } from "../start/client";
import { must } from "../start/refusal";

type Row = Record<string, unknown> & { id: string };

const named = <T extends object>(rows: T[], key: keyof T): Row[] =>
  rows.map((row) => ({ ...row, id: String(row[key]) }));

const all = { p_limit: 500 };

/** What staff reads by a function, under the name of a resource. */
export const lists: Record<string, () => Promise<Row[]>> = {
  payments: async () => named(await must(api.rpc("list_payments", all)), "payment_id"),
  refunds: async () => named(await must(api.rpc("list_refunds", all)), "refund_id"),
  disputes: async () => named(await must(api.rpc("list_disputes", all)), "dispute_id"),
  payouts: async () => named(await must(api.rpc("list_payouts", all)), "payout_id"),
  manual: async () => named(await must(api.rpc("list_manual_payouts", all)), "payout_id"),
  findings: async () => named(await must(api.rpc("list_reconciliation_findings")), "external_id"),
  stuck: async () => named(await must(api.rpc("list_stuck_work", all)), "id"),
  mail: async () => named(await must(api.rpc("list_failed_mail", all)), "outbox_id"),
  cases: async () => named(await must(api.rpc("list_cases", all)), "support_case_id"),
  audit: async () => named(await must(api.rpc("list_audit_log", all)), "seq"),
};
