"""Devices: where the person is signed in, what each is called, and how to end one."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from journal import devices
from spasmlog.api import ApiView, Shape


class DeviceShape(Shape):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(
        help_text="As the phone called itself in `X-Device-Name` at sign-in, or as it was renamed; "
        "else what its User-Agent tells, in plain words.",
        allow_blank=True,
    )
    kind = serializers.ChoiceField(["web", "phone"], read_only=True)
    current = serializers.BooleanField(source="is_current", read_only=True, help_text="The one that asks.")
    first_used_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, help_text="True to the hour.")


class DeviceListShape(serializers.Serializer):
    results = DeviceShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: all devices are in one answer.")
    previous = serializers.URLField(allow_null=True)


class OwnDevices(ApiView):
    """What both addresses share: whose devices, and which of them asks."""

    def device(self, id: UUID) -> devices.Device:
        found = devices.find(self.request.user, id, self.request.auth.session_key)
        if found is None:
            raise Http404
        return found


class Devices(OwnDevices):
    @extend_schema(operation_id="devices_list", responses=DeviceListShape)
    def get(self, request: Request) -> Response:
        """Every browser and phone that is signed in: this one first, then by latest use.

        The list never holds a token: a token is shown once, to the device it belongs to.
        """
        found = devices.devices_of(request.user, request.auth.session_key)
        return Response({"results": DeviceShape(found, many=True).data, "next": None, "previous": None})


class OneDevice(OwnDevices):
    @extend_schema(responses=DeviceShape)
    def get(self, request: Request, id: UUID) -> Response:
        """One device."""
        return Response(DeviceShape(self.device(id)).data)

    @extend_schema(request=DeviceShape, responses=DeviceShape)
    def patch(self, request: Request, id: UUID) -> Response:
        """Call a device by another name."""
        device = self.device(id)
        shape = DeviceShape(data=request.data)
        shape.is_valid(raise_exception=True)
        return Response(DeviceShape(devices.rename(device, shape.validated_data["name"])).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: UUID) -> Response:
        """Sign a device out, this one too. Its token is answered with 401 from then on, for good."""
        devices.sign_out(self.device(id))
        return Response(status=204)
