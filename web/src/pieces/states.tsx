import { Alert, Button, Center, Group, Loader, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { refusalOf, Refusal } from "../start/refusal";
import { useWords } from "../words";

export function Loading({ rows = 3, height = 84 }: { rows?: number; height?: number }) {
  const { t } = useWords();
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </Stack>
  );
}

export function Waiting() {
  const { t } = useWords();
  return (
    <Center h="40vh" role="status" aria-label={t("loading")}>
      <Loader />
    </Center>
  );
}

/** A refusal in the reader's words: those of the pages if they know it, else the API's own. */
export function useSentence() {
  const { t } = useWords();
  return (refusal: Refusal) =>
    t(`refusal.${refusal.word.replaceAll(/[.:]/g, " ")}`, {
      defaultValue: refusal.sentence || t("refusal.unknown"),
    });
}

/** What went wrong, and a way on. */
export function Problem({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useWords();
  const say = useSentence();
  const [refusal, setRefusal] = useState<Refusal>();
  useEffect(() => {
    void refusalOf(error).then(setRefusal);
  }, [error]);
  if (!refusal) return null;
  return (
    <Alert color="red" role="alert" title={t("problem.title")} variant="light">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{say(refusal)}</Text>
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            {t("problem.again")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing is here, and what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center py={48} px="md" style={{ textAlign: "center" }}>
      <Stack gap="xs" align="center" maw={420}>
        <Title order={2} fz={18}>
          {title}
        </Title>
        {children && <Text c="dimmed">{children}</Text>}
        {action && <Group mt="sm">{action}</Group>}
      </Stack>
    </Center>
  );
}

interface Shown<T> {
  of: UseQueryResult<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}

/** What was asked for, or that it is on its way, or why it is not there. */
export function Show<T>({ of, rows, children }: Shown<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Problem error={of.error} again={() => void of.refetch()} />;
  return <Loading rows={rows} />;
}

/** A page that broke: the router shows it instead. */
export function Broken({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Center p="xl">
      <Problem error={error} again={() => void router.invalidate()} />
    </Center>
  );
}
