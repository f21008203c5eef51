import { AnchorLink } from "./links";

export function Logo() {
  return (
    <AnchorLink
      to="/"
      underline="never"
      c="var(--mantine-color-text)"
      fw={700}
      fz={18}
      style={{ display: "inline-flex", alignItems: "center", gap: 8, letterSpacing: "-0.01em" }}
    >
      <img src="/favicon.svg" alt="" width={28} height={28} />
      Convene
    </AnchorLink>
  );
}
