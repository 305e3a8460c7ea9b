import Analytics
import Core
import Web

/// What the page's reader keeps: reports and columns.
extension ReportPages {
  func saved(_ call: TrackerCall) async throws -> Reply {
    let (scope, user) = (call.place.scope, call.session.user.id)
    let view = SavedReportView(
      reports: try await reports.store.all(for: user, of: scope),
      templates: try await templates.store.all(for: user, of: scope), session: call.session,
      times: LocalTimes(try await settings.all(of: scope)), csrf: call.csrfField, icons: layout.icons)
    return layout.page(
      Layout.Frame(title: "Saved reports", current: Self.path, crumbs: [("Reports", Self.path)]), call, view.html)
  }

  func saveReport(_ call: TrackerCall) async throws -> Reply {
    let query = call.form["query"] ?? ""
    return try await answering(ReportQuestion(PercentCoding.queryItems(query))) {
      let item = try await reports.create(body(of: call.form, [("query", .string(query))]), by: call)
      return "\(item.draft.name) was saved."
    }
  }

  /// Shows the columns that were chosen; with a name, keeps them too.
  func columns(_ call: TrackerCall) async throws -> Reply {
    var question = ReportQuestion(PercentCoding.queryItems(call.form["query"] ?? ""))
    let metrics = call.form.all("metrics")
    guard !metrics.isEmpty else {
      return .redirect(
        to: question.address.description, flash: Flash(.error, "A report needs at least one column."))
    }
    question.metrics = metrics.compactMap(Metric.init(rawValue:))
    guard call.form["step"] == "save" else { return .redirect(to: question.address.description) }
    return try await answering(question) {
      let item = try await templates.create(body(of: call.form, [("metrics", JSONValue(metrics))]), by: call)
      return "\(item.draft.name) was saved."
    }
  }

  private func body(of form: FormBody, _ content: [(key: String, value: JSONValue)]) -> JSONValue {
    var body: JSONObject = [
      "name": .string(form["name"] ?? ""), "shared": .bool(form["shared"] != nil),
      "standard": .bool(form["standard"] != nil),
    ]
    for member in content { body[member.key] = member.value }
    return .object(body)
  }

  /// Back to the report, with what became of it.
  private func answering(_ question: ReportQuestion, _ run: () async throws -> String) async throws -> Reply {
    let address = question.address.description
    do {
      return .redirect(to: address, flash: Flash(.success, try await run()))
    } catch let problem as Problem where problem.isAboutTheForm {
      let reason = problem.errors.first.map { FormFields.sentence($0) } ?? problem.detail ?? problem.title
      return .redirect(to: address, flash: Flash(.error, reason))
    }
  }

  /// One button of the list: share, stop sharing, begin with it or not, delete.
  func change<Content: PersonalContent>(_ api: PersonalAPI<Content>, _ call: TrackerCall) async throws -> Reply {
    do {
      let text: String
      switch call.form["step"] {
      case "delete": text = "\(try await api.delete(by: call).draft.name) was deleted."
      case "share": text = "\(try await api.update(["shared": true], by: call).draft.name) is shared."
      case "unshare": text = "\(try await api.update(["shared": false], by: call).draft.name) is yours alone."
      case "standard": text = "Reports begin with \(try await api.update(["standard": true], by: call).draft.name)."
      case "plain": text = "\(try await api.update(["standard": false], by: call).draft.name) is one of many again."
      default: throw Problem.invalid("step", "choice", "must be share, unshare, standard, plain or delete")
      }
      return .redirect(to: Self.savedPath, flash: Flash(.success, text))
    } catch let problem as Problem where problem.isAboutTheForm {
      return .redirect(to: Self.savedPath, flash: Flash(.error, problem.detail ?? problem.title))
    }
  }
}
