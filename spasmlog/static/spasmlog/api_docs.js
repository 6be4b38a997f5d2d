// Shows the API document. The token is typed by the reader and kept in this page only.
const place = document.getElementById("api");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
