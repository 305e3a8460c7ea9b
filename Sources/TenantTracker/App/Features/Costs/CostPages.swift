import Core
import Web

/// Costs entered by hand: of one click at its page, of many here, each time shown before it is done.
struct CostPages: Sendable {
  let api: ClickCostAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/clicks/cost"
  private static let formLimit = 3 * ClickCostAPI.bodyLimit

  func register(in table: inout TrackerTable) {
    table.page("/clicks/cost", .read(.reports), "Costs of many clicks") { try await page($0) }
    table.action(
      "/clicks/cost", .write(.reports), "Show or do a change of many clicks' costs", bodyLimit: Self.formLimit
    ) { try await change($0) }
    table.action("/clicks/cost/{id}/undo", .write(.reports), "Undo a change of costs") { call in
      do {
        let change = try await api.undo(by: call)
        let words = change.isOpen ? "is being undone" : "was undone"
        return .redirect(to: Self.path, flash: Flash(.success, "The change \(words)."))
      } catch let problem as Problem where problem.status == 409 {
        return .redirect(to: Self.path, flash: Flash(.error, problem.detail ?? problem.title))
      }
    }
    table.action("/clicks/{id}/cost", .write(.reports), "Set what a click cost") { call in
      let back = "/admin/clicks/\(try call.uuid())"
      do {
        _ = try await api.setOne(FieldReader(.object(call.form.body(texts: ["cost"]))), by: call)
        return .redirect(to: back, flash: Flash(.success, "The click’s cost was saved."))
      } catch let problem as Problem where problem.isAboutTheForm || problem.status == 503 {
        let reason = problem.errors.first.map { FormFields.sentence($0) } ?? problem.detail ?? problem.title
        return .redirect(to: back, flash: Flash(.error, reason))
      }
    }
  }

  /// Shows what it would do, unless the button says that this has been seen.
  private func change(_ call: TrackerCall) async throws -> Reply {
    let values = self.values(of: call)
    do {
      var fields = try FieldReader(.object(body(values)))
      let (request, currency) = try await api.read(&fields, call)
      guard call.form["step"] == "apply" else {
        let effect = try await api.store.effect(request, in: currency, of: call.place.scope)
        return try await page(call, values: values, effect: (effect, currency))
      }
      let change = try await api.apply(request, currency, by: call)
      let clicks = change.clicks == 1 ? "1 click" : "\(Figures.count(change.clicks)) clicks"
      let text = "The costs of \(clicks) \(change.isOpen ? "are being changed" : "were changed")."
      return .redirect(to: Self.path, flash: Flash(.success, text))
    } catch let problem as Problem where problem.isAboutTheForm || problem.status == 409 {
      return try await page(call, values: values, problem: problem)
    }
  }

  private func values(of call: TrackerCall) -> JSONObject {
    call.form.body(
      texts: ["from", "to", "mode", "cost", "sub_number", "sub_value", "csv"], numbers: ["campaign_id", "source_id"])
  }

  /// The API's body: which sub id it is about is its name there.
  private func body(_ values: JSONObject) -> JSONObject {
    var body = JSONObject()
    for member in values.members where !member.key.hasPrefix("sub_") { body[member.key] = member.value }
    if let number = values["sub_number"]?.stringValue, let value = values["sub_value"], !value.isNull {
      body["sub\(number)"] = value
    }
    return body
  }

  private func page(
    _ call: TrackerCall, values: JSONObject = [:], problem: Problem? = nil, effect: (CostEffect, Currency)? = nil
  ) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await api.settings.all(of: scope)
    let view = CostView(
      icons: layout.icons, times: LocalTimes(settings), currency: settings.currency,
      mayWrite: call.session.allows(.write(.reports)), csrf: call.csrfField)
    let fields = FormFields(values, problem: problem?.aboutCosts, icons: layout.icons)
    return layout.page(
      Layout.Frame(
        title: "Costs by hand", current: "/admin/clicks", crumbs: [("Clicks", "/admin/clicks")], extras: [.search]),
      call, status: problem?.status ?? 200,
      """
      \(effect.map { view.effect($0.0, values) })\
      \(view.form(
        fields, campaigns: try await names.live(.campaigns, of: scope), sources: try await names.live(.sources, of: scope)))\
      \(view.changes(try await api.store.recent(20, of: scope)))
      """)
  }
}

extension Problem {
  /// Faults of lines as faults of the text area they stand in, each with its line; a conflict as one of the form.
  fileprivate var aboutCosts: Problem {
    var problem = self
    problem.errors = errors.map { fault in
      if fault.field.hasPrefix("csv["), let number = Int(fault.field.dropFirst(4).dropLast()) {
        return FieldFault(field: "csv", code: fault.code, message: "Line \(number + 1) \(fault.message)")
      }
      let isSub = fault.field.hasPrefix("sub")
      return FieldFault(field: isSub ? "sub_value" : fault.field, code: fault.code, message: fault.message)
    }
    return problem
  }
}
