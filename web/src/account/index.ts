export { Account } from "./Account";
export { News } from "./News";
export { ForgotPassword, ResetPassword } from "./Password";
export { Payments } from "./Payments";
export { Receipt } from "./Receipt";
export { SignIn } from "./SignIn";
export { SignUp } from "./SignUp";
export { Support } from "./Support";
