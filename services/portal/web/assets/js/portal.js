// What pages do by themselves: ask for news while somebody looks, and warn before a sign-in ends. Every form works without this.
(function () {
  "use strict";
  var REFRESH = 2500;
  var WARN_BEFORE = 120;

  window.setInterval(function () {
    if (document.visibilityState === "visible" && document.getElementById("answers")) {
      document.body.dispatchEvent(new Event("refresh"));
    }
  }, REFRESH);

  var problems = document.getElementById("problems");
  if (problems) problems.focus();

  // Dragging a name to another circle sends the same form as the menu beside it, which is there for everybody.
  var picture = document.querySelector(".circles");
  if (picture && document.querySelector("form.circle")) {
    var EDGES = [["inner", 114], ["middle", 170], ["outer", 232]];
    picture.classList.add("circles--drag");
    picture.addEventListener("pointerdown", function (event) {
      var name = event.target.closest(".circles__name");
      if (!name) return;
      event.preventDefault();
      name.setPointerCapture(event.pointerId);
      name.classList.add("is-held");
      var at = { x: name.getAttribute("x"), y: name.getAttribute("y") };
      function place(move) {
        var point = new DOMPoint(move.clientX, move.clientY).matrixTransform(picture.getScreenCTM().inverse());
        name.setAttribute("x", point.x);
        name.setAttribute("y", point.y);
        return Math.hypot(point.x, point.y);
      }
      function drop(move) {
        var far = place(move);
        leave();
        var form = document.getElementById("move-" + name.dataset.member);
        var ring = EDGES.find(function (edge) { return far <= edge[1]; });
        var circle = ring ? ring[0] : "none";
        if (!form || form.elements.circle.value === circle) return back();
        form.elements.circle.value = circle;
        form.requestSubmit();
      }
      function back() {
        name.setAttribute("x", at.x);
        name.setAttribute("y", at.y);
      }
      function leave() {
        name.classList.remove("is-held");
        name.removeEventListener("pointermove", place);
        name.removeEventListener("pointerup", drop);
        name.removeEventListener("pointercancel", cancel);
      }
      function cancel() { leave(); back(); }
      name.addEventListener("pointermove", place);
      name.addEventListener("pointerup", drop);
      name.addEventListener("pointercancel", cancel);
    });
  }

  // Each kind of plan proposes its own length, as long as nobody chose another last day.
  var last = document.getElementById("ends_on"), first = document.getElementById("starts_on");
  if (last && first) {
    var proposed = last.value;
    document.querySelectorAll("input[name=kind][data-days]").forEach(function (choice) {
      choice.addEventListener("change", function () {
        if (last.value !== proposed) return;
        var days = Number(choice.dataset.days), day = new Date(first.value + "T00:00:00Z");
        day.setUTCDate(day.getUTCDate() + days);
        proposed = last.value = days && !isNaN(day) ? day.toISOString().slice(0, 10) : "";
      });
    });
  }

  var idle = Number(document.body.dataset.idle || 0);
  var dialog = document.getElementById("stay");
  if (!idle || !dialog || !dialog.showModal) return;
  var timer;
  function begin() {
    window.clearTimeout(timer);
    timer = window.setTimeout(warn, (idle - WARN_BEFORE) * 1000);
  }
  function warn() {
    dialog.showModal();
    timer = window.setTimeout(function () { window.location.reload(); }, WARN_BEFORE * 1000 + 1000);
  }
  dialog.addEventListener("cancel", function (event) { event.preventDefault(); stay(); });
  dialog.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); stay(); });
  function stay() {
    var form = dialog.querySelector("form");
    window.fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", redirect: "manual" })
      .then(function (answer) {
        if (answer.status !== 204) { window.location.reload(); return; }
        dialog.close();
        begin();
      })
      .catch(function () { dialog.close(); begin(); });
  }
  begin();
})();
