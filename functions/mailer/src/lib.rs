//! SQS to e-mail with a calendar invitation.
