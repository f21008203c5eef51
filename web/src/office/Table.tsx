import type { ReactNode } from "react";
import { Datagrid, type DatagridProps, List, type ListProps, TextInput } from "react-admin";
import { useWords } from "../words";

interface Props extends Pick<ListProps, "actions" | "filters" | "sort"> {
  /** Whether the list is searched by text: the API calls it `q`. */
  searchable?: boolean;
  rowClick?: DatagridProps["rowClick"];
  children: ReactNode;
}

/** A list of the office: nothing is exported, and nothing is done with many rows at once. */
export function Table({ searchable, filters, rowClick, children, ...list }: Props) {
  const { t } = useWords("office");
  const search = [<TextInput key="q" source="q" label={t("search")} alwaysOn />];
  return (
    <List exporter={false} filters={searchable ? search : filters} {...list}>
      <Datagrid bulkActionButtons={false} rowClick={rowClick}>
        {children}
      </Datagrid>
    </List>
  );
}
