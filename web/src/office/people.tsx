import {
  NumberField,
  ReferenceField,
  SelectInput,
  TextField,
  TextInput,
  useRecordContext,
  type RaRecord,
} from "react-admin";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { Act } from "./Act";
import { MomentField, MoneyField, StateField } from "./fields";
import { Table } from "./Table";

/** A field whose contents are made of the row. */
export function Actions({ of }: { of: (row: RaRecord) => React.ReactNode; label?: string }) {
  const row = useRecordContext();
  if (!row) return null;
  return <span style={{ display: "flex", gap: 8, flexWrap: "wrap" }}>{of(row)}</span>;
}

export function People() {
  const { t } = useWords("office");
  return (
    <Table
      sort={{ field: "created_at", order: "DESC" }}
      filters={[
        <TextInput key="name" source="display_name@ilike" label={t("people.name")} alwaysOn />,
        <SelectInput
          key="role"
          source="role"
          label={t("people.role")}
          choices={["learner", "expert", "admin"].map((id) => ({ id, name: t(`role.${id}`) }))}
        />,
      ]}
    >
      <TextField source="display_name" label={t("people.name")} />
      <TextField source="role" label={t("people.role")} />
      <TextField source="timezone" label={t("people.zone")} />
      <MomentField source="created_at" label={t("people.since")} />
      <Actions
        label={t("actions")}
        of={(row) => (
          <>
            <Act
              danger
              label={t("people.suspend")}
              question={t("people.suspendWhat", { name: row.display_name })}
              asks={t("reason")}
              what={(p_reason) =>
                must(api.rpc("suspend_person", { p_person_id: String(row.id), p_reason }))
              }
            />
            <Act
              label={t("people.lift")}
              question={t("people.liftWhat", { name: row.display_name })}
              what={() => must(api.rpc("lift_suspension", { p_person_id: String(row.id) }))}
            />
          </>
        )}
      />
    </Table>
  );
}

const verify = (row: RaRecord, p_verification: string) =>
  must(api.rpc("verify_provider", { p_provider_id: String(row.id), p_verification }));

export function Providers() {
  const { t } = useWords("office");
  return (
    <Table
      sort={{ field: "created_at", order: "DESC" }}
      filters={[
        <SelectInput
          key="state"
          source="verification_status"
          label={t("providers.state")}
          alwaysOn
          choices={["pending", "verified", "rejected"].map((id) => ({
            id,
            name: t(`verification.${id}`),
          }))}
        />,
      ]}
    >
      <ReferenceField source="id" reference="people" label={t("people.name")} link={false}>
        <TextField source="display_name" />
      </ReferenceField>
      <StateField source="verification_status" label={t("providers.state")} />
      <NumberField source="rating" label={t("providers.rating")} />
      <NumberField source="total_sessions" label={t("providers.held")} />
      <TextField source="bio" label={t("providers.bio")} sortable={false} />
      <Actions
        label={t("actions")}
        of={(row) => (
          <>
            {row.verification_status !== "verified" && (
              <Act
                label={t("providers.verify")}
                question={t("providers.verifyWhat")}
                what={() => verify(row, "verified")}
              />
            )}
            {row.verification_status !== "rejected" && (
              <Act
                danger
                label={t("providers.reject")}
                question={t("providers.rejectWhat")}
                what={() => verify(row, "rejected")}
              />
            )}
            <Act
              label={t("providers.hold")}
              question={t("providers.holdWhat")}
              asks={t("reason")}
              what={(p_reason) =>
                must(api.rpc("hold_payouts", { p_provider_id: String(row.id), p_reason }))
              }
            />
            <Act
              label={t("providers.release")}
              question={t("providers.releaseWhat")}
              what={() =>
                must(api.rpc("hold_payouts", { p_provider_id: String(row.id), p_reason: "" }))
              }
            />
          </>
        )}
      />
    </Table>
  );
}

export function Bookings() {
  const { t } = useWords("office");
  const states = ["pending_payment", "requested", "confirmed", "completed", "cancelled"];
  return (
    <Table
      sort={{ field: "start_at", order: "DESC" }}
      filters={[
        <SelectInput
          key="state"
          source="core_status"
          label={t("state")}
          alwaysOn
          choices={states.map((id) => ({ id, name: id.replaceAll("_", " ") }))}
        />,
      ]}
    >
      <MomentField source="start_at" label={t("bookings.begins")} />
      <TextField source="session_title" label={t("bookings.what")} sortable={false} />
      <TextField source="expert_name" label={t("bookings.teacher")} sortable={false} />
      <TextField source="learner_name" label={t("bookings.learner")} sortable={false} />
      <StateField source="core_status" label={t("state")} />
      <StateField source="payment_status" label={t("bookings.payment")} sortable={false} />
      <Actions
        label={t("actions")}
        of={(row) =>
          ["confirmed", "requested"].includes(row.core_status) && (
            <Act
              danger
              label={t("bookings.cancel")}
              question={t("bookings.cancelWhat")}
              asks={t("reason")}
              what={(p_reason) =>
                must(api.rpc("cancel_booking", { p_booking_id: String(row.id), p_reason }))
              }
            />
          )
        }
      />
    </Table>
  );
}

export function Sessions() {
  const { t } = useWords("office");
  return (
    <Table
      sort={{ field: "created_at", order: "DESC" }}
      filters={[<TextInput key="t" source="title@ilike" label={t("sessions.title")} alwaysOn />]}
    >
      <TextField source="title" label={t("sessions.title")} />
      <ReferenceField
        source="expert_id"
        reference="people"
        label={t("bookings.teacher")}
        link={false}
      >
        <TextField source="display_name" />
      </ReferenceField>
      <MoneyField source="price_cents" label={t("amount")} />
      <MomentField source="created_at" label={t("people.since")} />
      <Actions
        label={t("actions")}
        of={(row) =>
          row.is_active && (
            <Act
              danger
              label={t("sessions.down")}
              question={t("sessions.downWhat")}
              asks={t("reason")}
              what={(p_reason) =>
                must(api.rpc("take_down_offering", { p_offering_id: String(row.id), p_reason }))
              }
            />
          )
        }
      />
    </Table>
  );
}
