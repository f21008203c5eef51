export { EventPage } from "./Event";
export { Events } from "./Events";
