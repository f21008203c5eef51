import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  TextField,
} from "@mui/material";
import { useState } from "react";
import { useNotify, useRefresh } from "react-admin";
import { useSentence } from "../pieces/states";
import { refusalOf } from "../start/refusal";
import { useWords } from "../words";

interface Props {
  label: string;
  /** What is asked before it is done. */
  question: string;
  /** The label of a text that is needed, such as a reason; none without it. */
  asks?: string;
  danger?: boolean;
  what: (text: string) => Promise<unknown>;
}

/** A step of staff's: asked for once more, done, and the page read again. */
export function Act({ label, question, asks, danger, what }: Props) {
  const { t } = useWords("office");
  const [isOpen, setOpen] = useState(false);
  const [isSent, setSent] = useState(false);
  const [text, setText] = useState("");
  const notify = useNotify();
  const refresh = useRefresh();
  const say = useSentence();
  const act = async () => {
    setSent(true);
    try {
      await what(text.trim());
      notify(t("act.done"), { type: "success" });
      setOpen(false);
      setText("");
      refresh();
    } catch (error) {
      notify(say(await refusalOf(error)), { type: "error" });
    } finally {
      setSent(false);
    }
  };
  return (
    <>
      <Button
        size="small"
        variant="outlined"
        color={danger ? "error" : "primary"}
        onClick={(event) => {
          event.stopPropagation();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        onClick={(event) => event.stopPropagation()}
        fullWidth
        maxWidth="sm"
      >
        <DialogTitle>{label}</DialogTitle>
        <DialogContent>
          <DialogContentText>{question}</DialogContentText>
          {asks && (
            <TextField
              margin="normal"
              fullWidth
              required
              label={asks}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{t("act.leave")}</Button>
          <Button
            variant="contained"
            color={danger ? "error" : "primary"}
            disabled={isSent || Boolean(asks && !text.trim())}
            onClick={() => void act()}
          >
            {label}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
