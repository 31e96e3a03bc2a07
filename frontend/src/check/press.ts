/**
 * A drawing that waits while a press is under way: leaving a field changes it, and the button that
 * the person is pressing must not be replaced between press and click.
 */
export function afterPress(draw: () => void): () => void {
  let pressed = false;
  let due = false;
  const release = (): void => {
    pressed = false;
    if (!due) return;
    due = false;
    draw();
  };
  document.addEventListener("mousedown", () => (pressed = true), true);
  document.addEventListener("mouseup", () => setTimeout(release), true);
  return () => {
    if (pressed) due = true;
    else draw();
  };
}
