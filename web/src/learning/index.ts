export { Certificate, Certificates } from "./Certificates";
export { CoursePage } from "./Course";
export { Courses } from "./Courses";
