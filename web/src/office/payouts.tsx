import { ReferenceField, TextField, TopToolbar } from "react-admin";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { Act } from "./Act";
import { MomentField, MoneyField, StateField } from "./fields";
import { Table } from "./Table";
import { Actions } from "./people";

function Pause() {
  const { t } = useWords("office");
  const pause = (p_is_paused: boolean) => () => must(api.rpc("pause_payouts", { p_is_paused }));
  return (
    <TopToolbar>
      <Act danger label={t("payouts.pause")} question={t("payouts.pauseWhat")} what={pause(true)} />
      <Act label={t("payouts.resume")} question={t("payouts.resumeWhat")} what={pause(false)} />
    </TopToolbar>
  );
}

export function Payouts() {
  const { t } = useWords("office");
  return (
    <Table actions={<Pause />}>
      <MomentField source="requested_at" label={t("when")} />
      <ReferenceField source="provider_id" reference="people" label={t("people.name")} link={false}>
        <TextField source="display_name" />
      </ReferenceField>
      <MoneyField source="amount_minor" label={t("amount")} />
      <StateField source="status" label={t("state")} />
      <TextField source="origin" label={t("payouts.origin")} />
      <TextField source="failure" label={t("payouts.failure")} />
    </Table>
  );
}

export function Manual() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="requested_at" label={t("when")} />
      <TextField source="provider_name" label={t("people.name")} />
      <MoneyField source="amount_minor" label={t("amount")} />
      <TextField source="details" label={t("manual.to")} />
      <TextField source="reference" label={t("manual.reference")} />
      <Actions
        label={t("actions")}
        of={(row) => (
          <>
            <Act
              label={t("manual.paid")}
              question={t("manual.paidWhat")}
              asks={t("manual.proof")}
              what={(p_reference) =>
                must(
                  api.rpc("settle_payout", {
                    p_payout_id: String(row.id),
                    p_is_paid: true,
                    p_reference,
                  }),
                )
              }
            />
            <Act
              danger
              label={t("manual.failed")}
              question={t("manual.failedWhat")}
              asks={t("reason")}
              what={(p_reference) =>
                must(
                  api.rpc("settle_payout", {
                    p_payout_id: String(row.id),
                    p_is_paid: false,
                    p_reference,
                  }),
                )
              }
            />
          </>
        )}
      />
    </Table>
  );
}
