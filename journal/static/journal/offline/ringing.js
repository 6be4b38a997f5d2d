// What the server is told of a browser that rings: its address at the service of its maker, and two keys.

const packed = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export function addTo(form, subscription) {
  form.set("endpoint", subscription.endpoint);
  for (const name of ["p256dh", "auth"]) form.set(name, packed(subscription.getKey(name)));
  return form;
}
