"""Reminders in a real browser: it is asked once the button is pressed, and shows what was sent, no more."""

import json

import pytest

from journal import entries, ringing
from journal.models import PushSubscription
from tests import push_service
from tests.browser.conftest import until
from tests.conftest import PASSWORD
from tests.push_service import Subscriber

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

SERVICE_OF_THE_MAKER = """
self.asked = [];
Notification.requestPermission = async () => (self.asked.push("permission"), "granted");
PushManager.prototype.subscribe = async function (wanted) {
  self.asked.push(wanted.applicationServerKey);
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (c) => c.charCodeAt(0)).buffer;
  const keys = { p256dh: "%(p256dh)s", auth: "%(auth)s" };
  return { endpoint: "%(endpoint)s", getKey: (name) => bytes(keys[name]) };
};
"""
"""No browser of a test has one: it is reached by the maker's own network alone."""
REGISTRATIONS = 400


@pytest.fixture
def service(settings):
    with push_service.running(settings) as service:
        yield service


def notifications(screen):
    return screen.later("""{
      const shown = await (await navigator.serviceWorker.ready).getNotifications();
      return shown.map(({ title, body, data }) => [title, body, data.path]);
    }""")


def test_a_browser_that_was_asked_to_ring_shows_what_the_server_sent(screen, alice, service):
    reader = Subscriber(service)
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/reminders/")
    screen.find("#ring-here button", "Ring on this device")
    screen.driver.execute_script(SERVICE_OF_THE_MAKER % reader.said)
    assert screen.run("window.asked") == []  # nothing before the button is pressed
    screen.tap("#ring-here button")
    screen.find(".message", "This device rings from now on.")
    screen.find("#ringing .tag", "this one")
    assert PushSubscription.objects.get().endpoint == reader.endpoint

    entries.log_spasm(alice, signs=["chest_pain"])
    assert ringing.ring(alice.pk) == 1
    [(_path, _headers, body)] = service.came
    sent = reader.read(body)
    screen.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": screen.address, "permissions": ["notifications"]}
    )
    deliver(screen, json.dumps(sent))
    said = "SpasmLog: something in your diary needs your attention"
    assert until(lambda: notifications(screen)) == [[said, "", "/advice/"]]
    deliver(screen, "no JSON at all")  # a notification is owed all the same
    until(lambda: ["SpasmLog", "", "/"] in notifications(screen))

    screen.tap("#ringing li button", "Stop")
    screen.find(".message", "This device rings no more.")
    assert not PushSubscription.objects.exists()
    assert screen.complaints() == []


def deliver(screen, data):
    """Hand a message to the worker, as the browser does once it has read one. Registrations are numbered."""
    screen.driver.execute_cdp_cmd("ServiceWorker.enable", {})
    for number in range(REGISTRATIONS):
        about = {"origin": screen.address, "registrationId": str(number), "data": data}
        screen.driver.execute_cdp_cmd("ServiceWorker.deliverPushMessage", about)


def in_worker(screen, script):
    """Run a script in the world of the service worker, and of one that is on its way out."""
    targets = screen.driver.execute_cdp_cmd("Target.getTargets", {})["targetInfos"]
    for one in targets:
        if one["type"] == "service_worker" and one["url"].startswith(screen.address):
            asked = {"targetId": one["targetId"], "flatten": False}
            session = screen.driver.execute_cdp_cmd("Target.attachToTarget", asked)["sessionId"]
            call = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": script}}
            message = {"sessionId": session, "message": json.dumps(call)}
            screen.driver.execute_cdp_cmd("Target.sendMessageToTarget", message)


def test_a_notification_that_is_tapped_opens_its_page_and_is_gone(screen, alice):
    screen.sign_in("alice", PASSWORD)
    screen.go("/week/")
    screen.later("navigator.serviceWorker.ready.then(() => true)")
    granted = {"origin": screen.address, "permissions": ["notifications"]}
    screen.driver.execute_cdp_cmd("Browser.grantPermissions", granted)
    until(lambda: screen.run("Boolean(navigator.serviceWorker.controller)"))
    deliver(screen, json.dumps({"title": "SpasmLog", "path": "/advice/"}))
    until(lambda: notifications(screen))
    tapped = "dispatchEvent(new NotificationEvent('notificationclick', { notification: one }))"
    in_worker(screen, f"registration.getNotifications().then(([one]) => {tapped})")
    until(lambda: screen.run("location.pathname") == "/advice/")
    assert until(lambda: notifications(screen) == [])


def test_a_browser_that_gets_another_address_is_rung_for_there(screen, alice, service):
    old, new = Subscriber(service), Subscriber(service, "changed")
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/reminders/")
    screen.find("#ring-here button", "Ring on this device")
    screen.driver.execute_script(SERVICE_OF_THE_MAKER % old.said)
    screen.tap("#ring-here button")
    screen.find(".message", "This device rings from now on.")
    maker = SERVICE_OF_THE_MAKER.replace("Notification.requestPermission", "self.unused") % new.said
    change = "Object.assign(new ExtendableEvent('pushsubscriptionchange'), {oldSubscription: {options: {}}})"
    in_worker(screen, f"{maker}; dispatchEvent({change})")
    until(lambda: PushSubscription.objects.get().endpoint == new.endpoint)
    assert PushSubscription.objects.get().diarist == alice
    screen.go("/me/")
    assert "rings from now on" not in screen.find("main").text  # nobody pressed anything


def test_a_browser_that_may_not_is_told_so_and_nothing_is_kept(screen, alice, service):
    screen.sign_in("alice", PASSWORD)
    screen.go("/me/reminders/")
    screen.find("#ring-here button")
    screen.driver.execute_script('Notification.requestPermission = async () => "denied";')
    screen.tap("#ring-here button")
    screen.find("#ring-said", "does not let this site show notifications")
    assert not PushSubscription.objects.exists()


def test_without_script_the_times_are_chosen_all_the_same(browser, alice):
    page = browser.get("/me/reminders/").content.decode()
    assert '<form id="ring-here" hidden>' in page and 'id="ring-cannot" class' in page
