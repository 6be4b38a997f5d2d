// Units, place and time: offer the zone that this device is in, where it is not the one of the diary.

const note = document.getElementById("elsewhere");
const select = document.getElementById("id_time_zone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const option = [...select.options].find((one) => one.value === here);

function show() {
  note.hidden = !option || select.value === here;
}

if (option) note.querySelector("[data-zone]").textContent = option.textContent;
note.querySelector("button").addEventListener("click", () => {
  select.value = here;
  show();
  select.focus();
});
select.addEventListener("change", show);
show();
