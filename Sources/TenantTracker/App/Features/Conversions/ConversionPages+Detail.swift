import Conversions
import Core
import Licensing
import Web

extension ConversionPages {
  func registerDetail(in table: inout TrackerTable) {
    table.page("/conversions/{id}", .read(.reports), "A conversion with its history") { try await show($0) }
    table.action("/conversions/{id}/status", .write(.reports), "Change a conversion's status") { call in
      try await act(call) { id in
        let fields = try FieldReader(.object(call.form.body(texts: ["status", "note"])))
        let (decision, note) = try decisions.readStatus(fields, by: call)
        try await decisions.decide(decision, on: id, note: note, by: call)
        return "The conversion is now “\(decision.title)”."
      }
    }
    table.action("/conversions/{id}/review", .write(.reports), "Approve or reject a conversion") { call in
      try await act(call) { id in
        let decision: ConversionDecision = call.form["decision"] == "reject" ? .reject : .approve
        let fields = try FieldReader(.object(call.form.body(texts: ["reason"])))
        let reason = try DecisionsAPI.readReason(fields, of: decision)
        try await decisions.decide(decision, on: id, note: reason, by: call)
        return "The conversion was \(decision.title.lowercased())."
      }
    }
  }

  /// Does something to one conversion and goes back to where that was asked for; what is wrong is said on its page.
  private func act(_ call: TrackerCall, _ body: (ConversionID) async throws -> String) async throws -> Reply {
    let id = try call.uuid()
    do {
      let message = try await body(id)
      return .redirect(
        to: Selection.origin(call.form, else: "\(Self.path)/\(id)"), flash: Flash(.success, message))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await show(call, problem)
    }
  }

  private func show(_ call: TrackerCall, _ problem: Problem? = nil) async throws -> Reply {
    let scope = call.place.scope
    let detail = try await api.find(call)
    let view = ConversionView(
      detail: detail, click: try await ClickStore().find(detail.conversion.clickID, of: scope),
      book: try await NameBook(conversions: [detail.conversion], names, scope),
      settings: try await api.settings.all(of: scope), icons: layout.icons,
      form: forms(detail.conversion, problem, call))
    return layout.page(
      Layout.Frame(title: "Conversion", current: Self.path, crumbs: [("Conversions", Self.path)]), call,
      status: problem?.status ?? 200, view.html)
  }

  private func forms(_ conversion: Conversion, _ problem: Problem?, _ call: TrackerCall) -> HTML {
    guard call.session.allows(.write(.reports)) else { return .empty }
    let fields = FormFields([:], problem: problem, icons: layout.icons)
    let review: HTML = conversion.review == .pending ? reviewForm(conversion, call) : .empty
    return fields.summary + review + statusForm(conversion, call)
  }

  private func reviewForm(_ conversion: Conversion, _ call: TrackerCall) -> HTML {
    Parts.card(
      "Waits for approval",
      """
      <form method="post" action="\(Self.path)/\(conversion.id)/review">\(call.csrfField)\(Self.returnField)\
      <div class="ty-field"><label class="form-label" for="review-reason">Reason</label><input class="form-control" \
      id="review-reason" name="reason" maxlength="\(DecisionsAPI.noteLength.upperBound)" autocomplete="off">\
      <small class="form-hint">Needed to reject; it is kept in the history.</small></div><div class="ty-buttons">\
      <button class="btn btn-primary" name="decision" value="approve">\(layout.icons(.check))Approve</button>\
      <button class="btn ty-danger" name="decision" value="reject">Reject</button></div></form>
      """)
  }

  private func statusForm(_ conversion: Conversion, _ call: TrackerCall) -> HTML {
    let choices = StatusChoices.next(of: conversion, for: call.session)
    guard !choices.isEmpty else {
      return Parts.card(
        "Change status", "<p class=\"text-secondary\">This is final: nothing follows a conversion's end.</p>")
    }
    return Parts.card(
      "Change status",
      """
      <form method="post" action="\(Self.path)/\(conversion.id)/status">\(call.csrfField)\(Self.returnField)\
      <div class="ty-pair"><div class="ty-field"><label class="form-label" for="new-status">New status</label>\
      <select class="form-select" id="new-status" name="status">\(FormFields.options(choices, current: ""))</select>\
      </div><div class="ty-field"><label class="form-label" for="status-note">Note</label><input class="form-control" \
      id="status-note" name="note" maxlength="\(DecisionsAPI.noteLength.upperBound)" autocomplete="off"></div></div>\
      <button class="btn btn-primary">Change status</button>\(StatusChoices.hint(call.session))</form>
      """)
  }

  /// The list that shows the conversion over itself writes its own address here.
  private static let returnField: HTML = "<input type=\"hidden\" name=\"return_to\" value=\"\" data-return>"
}

/// The statuses that a form offers.
enum StatusChoices {
  /// Those that a conversion may move on to.
  static func next(of conversion: Conversion, for session: TrackerSession) -> [FormFields.Choice] {
    let plain = ConversionStatus.allCases.filter { conversion.status.successors.contains($0) }
    guard session.entitlements.includes(.statusScheme) else { return plain.map(choice) }
    let next = SchemeStatus.allCases.filter { scheme in
      if let current = conversion.schemeStatus { return current.successors.contains(scheme) }
      return scheme.status == conversion.status || conversion.status.successors.contains(scheme.status)
    }
    // The order's words first; the plain ones that say something else stay.
    return next.map(choice) + plain.filter { SchemeStatus(only: $0) == nil }.map(choice)
  }

  /// All that some conversion can move on to.
  static func all(for session: TrackerSession) -> [FormFields.Choice] {
    let plain: [ConversionStatus] = [.sale, .rejected]
    guard session.entitlements.includes(.statusScheme) else { return plain.map(choice) }
    return SchemeStatus.allCases.map(choice) + [choice(.rejected)]
  }

  static func hint(_ session: TrackerSession) -> HTML {
    guard !session.entitlements.includes(.statusScheme) else { return .empty }
    let feature = Feature.statusScheme
    return """
      <small class="form-hint">Refunds, chargebacks and the other steps of an order are part of the \(feature.title): the \
      \(feature.plan.title) plan has it.</small>
      """
  }

  static func choice(_ scheme: SchemeStatus) -> FormFields.Choice {
    .init(scheme.rawValue, scheme.title)
  }

  private static func choice(_ status: ConversionStatus) -> FormFields.Choice {
    .init(status.rawValue, status.rawValue.capitalizedFirst)
  }
}
