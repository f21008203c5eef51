import { Card, Grid, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What a page is about, and beside it how to take it; one below the other on a small screen. */
export function TwoColumns({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, md: 7 }}>{children}</Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>{aside}</Grid.Col>
    </Grid>
  );
}

/** A section that stays in sight while what is beside it is read. `id` names its title. */
export function Aside({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <Card component="section" aria-labelledby={id} pos="sticky" top={80}>
      <Stack gap="md">
        <Title order={2} fz={20} id={id}>
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}
