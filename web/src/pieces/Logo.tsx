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
      <svg viewBox="0 0 32 32" width={28} height={28} aria-hidden>
        <rect width="32" height="32" rx="8" fill="var(--mantine-color-brand-7)" />
        <path
          d="M21.5 12.2a6.5 6.5 0 1 0 0 7.6"
          fill="none"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
        />
        <circle cx="23" cy="16" r="2.2" fill="#ffd479" />
      </svg>
      Convene
    </AnchorLink>
  );
}
