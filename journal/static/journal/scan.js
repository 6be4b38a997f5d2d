// Read a barcode with the camera, where the browser can: the number is put into the search, as if it were typed.

const FORMATS = ["ean_13", "ean_8", "upc_a", "itf"];
const EVERY_MS = 200;
const button = document.getElementById("scan");
const dialog = document.getElementById("scanner");
const said = document.getElementById("scan-said");
const video = dialog.querySelector("video");
let stream = null;

async function offer() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const known = await BarcodeDetector.getSupportedFormats();
  button.hidden = !FORMATS.some((format) => known.includes(format));
}

function tell(words) {
  said.textContent = words;
  said.hidden = !words;
}

async function begin() {
  tell("");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    tell(error.name === "NotAllowedError" ? button.dataset.refused : button.dataset.failed);
    return;
  }
  video.srcObject = stream;
  dialog.showModal();
  await video.play();
  look(new BarcodeDetector());
}

async function look(detector) {
  while (stream) {
    const found = await detector.detect(video).catch(() => []);
    const code = found.find((one) => FORMATS.includes(one.format));
    if (code && stream) {
      dialog.close();
      use(code.rawValue);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function use(code) {
  const search = document.getElementById("q");
  search.value = code;
  search.focus();
  search.dispatchEvent(new Event("refill"));
}

// However it is closed, the camera is let go.
dialog.addEventListener("close", () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
button.addEventListener("click", begin);
offer();
