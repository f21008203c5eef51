import { Navigate, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWho } from "../start/session";
import { Waiting } from "./states";

/** For who is signed in; others sign in first and come back. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { session, isKnown } = useWho();
  const here = useLocation({ select: (location) => location.href });
  if (!isKnown) return <Waiting />;
  if (!session) return <Navigate to="/sign-in" search={{ next: here }} replace />;
  return <>{children}</>;
}
