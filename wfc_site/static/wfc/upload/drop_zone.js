// Choosing files, and dropping them anywhere on the page: a file that misses the zone must not replace the page.

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

// Call `begin` with the files that come by the `picker` or by dropping.
export function watchDropZone(form, picker, begin) {
  form.classList.add("scripted");
  form.addEventListener("submit", (event) => event.preventDefault());
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    picker.value = ""; // so that the same file can be chosen again
    begin(files);
  });

  let depth = 0; // dragenter and dragleave come for every child as well
  const mark = (step) => {
    depth = Math.max(0, depth + step);
    form.classList.toggle("over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(-depth);
    begin(event.dataTransfer.files);
  });
}
