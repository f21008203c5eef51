import { FunctionField, TextField } from "react-admin";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { Act } from "./Act";
import { MomentField, MoneyField, StateField } from "./fields";
import { Table } from "./Table";
import { Actions } from "./people";

/** Where Stripe's books and ours differ. */
export function Findings() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="found_at" label={t("when")} />
      <TextField source="external_id" label={t("findings.what")} />
      <StateField source="problem" label={t("findings.problem")} />
      <MoneyField source="expected_minor" label={t("findings.ours")} />
      <MoneyField source="found_minor" label={t("findings.theirs")} />
      <Actions
        label={t("actions")}
        of={(row) => (
          <Act
            label={t("findings.close")}
            question={t("findings.closeWhat")}
            asks={t("reason")}
            what={(p_note) =>
              must(api.rpc("close_finding", { p_external_id: String(row.id), p_note }))
            }
          />
        )}
      />
    </Table>
  );
}

/** Dead letters: events, commands and messages that stand still. */
export function Stuck() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="since" label={t("stuck.since")} />
      <TextField source="queue" label={t("stuck.queue")} />
      <TextField source="kind" label={t("stuck.kind")} />
      <TextField source="attempts" label={t("stuck.attempts")} />
      <TextField source="problem" label={t("stuck.problem")} />
      <Actions
        label={t("actions")}
        of={(row) =>
          row.queue === "stripe_event" || row.queue === "stripe_command" ? (
            <Act
              label={t("stuck.again")}
              question={t("stuck.againWhat")}
              what={() =>
                row.queue === "stripe_event"
                  ? must(api.rpc("retry_stripe_event", { p_event_id: String(row.id) }))
                  : must(api.rpc("retry_stripe_command", { p_stripe_command_id: String(row.id) }))
              }
            />
          ) : null
        }
      />
    </Table>
  );
}

export function Mail() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="at" label={t("when")} />
      <TextField source="topic" label={t("mail.topic")} />
      <StateField source="state" label={t("state")} />
      <TextField source="attempts" label={t("stuck.attempts")} />
      <TextField source="detail" label={t("stuck.problem")} />
    </Table>
  );
}

export function Cases() {
  const { t } = useWords("office");
  return (
    <Table>
      <MomentField source="created_at" label={t("when")} />
      <TextField source="person_name" label={t("people.name")} />
      <TextField source="title" label={t("cases.title")} />
      <TextField source="description" label={t("cases.text")} />
      <StateField source="status" label={t("state")} />
      <TextField source="resolution" label={t("cases.answer")} />
      <Actions
        label={t("actions")}
        of={(row) => (
          <Act
            label={t("cases.resolve")}
            question={t("cases.resolveWhat")}
            asks={t("cases.answer")}
            what={(p_resolution) =>
              must(
                api.rpc("answer_case", {
                  p_case_id: String(row.id),
                  p_status: "resolved",
                  p_resolution,
                }),
              )
            }
          />
        )}
      />
    </Table>
  );
}

const changed = (row: { before?: object | null; after?: object | null }) => {
  const [before, after] = [row.before ?? {}, row.after ?? {}] as Record<string, unknown>[];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .filter((name) => name !== "updated_at")
    .map(
      (name) =>
        `${name}: ${JSON.stringify(before[name] ?? null)} → ${JSON.stringify(after[name] ?? null)}`,
    )
    .join(", ")
    .slice(0, 300);
};

export function Audit() {
  const { t } = useWords("office");
  return (
    <Table searchable>
      <MomentField source="at" label={t("when")} />
      <TextField source="actor_name" label={t("audit.who")} />
      <TextField source="action" label={t("audit.action")} />
      <TextField source="entity" label={t("audit.entity")} />
      <FunctionField label={t("audit.change")} render={changed} />
    </Table>
  );
}
