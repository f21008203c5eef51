import {
  Anchor,
  Button,
  Card,
  NavLink,
  type AnchorProps,
  type ButtonProps,
  type CardProps,
  type NavLinkProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "color" | "style" | "size"> & {
  ref?: Ref<HTMLAnchorElement>;
};

/** Links of the router that look like the library's parts. */
export const AnchorLink = createLink((all: AnchorProps & Native) => <Anchor {...all} />);
export const ButtonLink = createLink((all: ButtonProps & Native) => (
  <Button component="a" {...all} />
));
export const CardLink = createLink((all: CardProps & Native) => <Card component="a" {...all} />);
export const MenuLink = createLink((all: NavLinkProps & Native) => (
  <NavLink component="a" {...all} />
));
