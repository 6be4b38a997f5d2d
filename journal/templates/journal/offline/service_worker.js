{% load static %}import { begin } from "{% static 'journal/offline/worker.js' %}";

begin({{ release|safe }});
