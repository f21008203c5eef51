export { Book } from "./Book";
export { Booking } from "./Booking";
export { MyBookings } from "./MyBookings";
export { SlotOfMail } from "./SlotOfMail";
