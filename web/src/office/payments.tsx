import { Show, SimpleShowLayout, TextField, useRecordContext } from "react-admin";
import { useWords } from "../words";
import { MomentField, MoneyField, StateField } from "./fields";
import { Table } from "./Table";
import { RefundLines } from "./RefundLines";

export function Payments() {
  const { t } = useWords("office");
  return (
    <Table searchable rowClick="show">
      <MomentField source="created_at" label={t("when")} />
      <TextField source="order_number" label={t("payments.order")} />
      <TextField source="payer_name" label={t("payments.payer")} />
      <MoneyField source="captured_minor" label={t("payments.paid")} />
      <MoneyField source="refunded_minor" label={t("payments.refunded")} />
      <MoneyField source="refunding_minor" label={t("payments.refunding")} />
      <StateField source="status" label={t("state")} />
    </Table>
  );
}

const Name = () => {
  const { t } = useWords("office");
  const row = useRecordContext();
  return <>{t("payments.one", { number: row?.order_number ?? "" })}</>;
};

export function Payment() {
  const { t } = useWords("office");
  return (
    <Show title={<Name />}>
      <SimpleShowLayout>
        <TextField source="order_number" label={t("payments.order")} />
        <TextField source="payer_name" label={t("payments.payer")} />
        <MoneyField source="captured_minor" label={t("payments.paid")} />
        <MoneyField source="refunded_minor" label={t("payments.refunded")} />
        <StateField source="status" label={t("state")} />
        <RefundLines label={t("payments.lines")} />
      </SimpleShowLayout>
    </Show>
  );
}

export function Refunds() {
  const { t } = useWords("office");
  return (
    <Table searchable>
      <MomentField source="created_at" label={t("when")} />
      <MoneyField source="amount_minor" label={t("amount")} />
      <StateField source="status" label={t("state")} />
      <TextField source="reason" label={t("reason")} />
    </Table>
  );
}

export function Disputes() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="evidence_due_at" label={t("disputes.due")} />
      <TextField source="order_number" label={t("payments.order")} />
      <TextField source="payer_name" label={t("payments.payer")} />
      <MoneyField source="amount_minor" label={t("amount")} />
      <StateField source="status" label={t("state")} />
      <TextField source="reason" label={t("reason")} />
    </Table>
  );
}
