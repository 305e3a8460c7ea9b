import Analytics
import Core
import Database
import Web

extension ReportPages {
  /// Clicks of more time are counted while the page is already there.
  private static let promptTime = Duration.days(2)

  /// The report, or the place where it appears once it is counted.
  func firstAnswer(_ context: ReportContext, _ call: TrackerCall) async throws -> (status: Int, content: HTML) {
    do {
      let request = try context.request
      let plan = try await engine.planned(request, in: context.settings.currency, of: call.place.scope)
      guard plan.rawTime > Self.promptTime, call.query("wait") == nil else {
        return try await answer(context, call)
      }
      return (200, waiting(context, plan))
    } catch let problem as Problem where problem.isAboutTheForm {
      return (problem.status, FormFields([:], problem: problem, icons: layout.icons).summary)
    }
  }

  /// The part of the page that was left out at first.
  func part(_ call: TrackerCall) async throws -> Reply {
    let context = try await context(ReportQuestion(call.head.queryItems), call)
    let (status, content) = try await answer(context, call)
    return .html(content, status: status)
  }

  private func answer(_ context: ReportContext, _ call: TrackerCall) async throws -> (status: Int, content: HTML) {
    do {
      let answer = try await engine.answer(try context.request, in: context.settings.currency, of: call.place.scope)
      let chart = try await chart(context, beside: answer, call)
      return (200, "<div id=\"report\">\(chart)\(ReportTable(context: context, answer: answer).html)</div>")
    } catch let problem as Problem where problem.isAboutTheForm {
      let summary = FormFields([:], problem: problem, icons: layout.icons).summary
      return (problem.status, "<div id=\"report\">\(summary)</div>")
    }
  }

  private func chart(
    _ context: ReportContext, beside answer: ReportAnswer, _ call: TrackerCall
  ) async throws -> HTML {
    guard !answer.rows.isEmpty else { return .empty }
    guard let chart = ReportChart(context) else {
      return "<div class=\"ty-toolbar\">\(ReportChart.choice(context))</div>"
    }
    guard let request = chart.request(beside: answer) else { return chart.html(answer) }
    return chart.html(try await engine.answer(request, in: context.settings.currency, of: call.place.scope))
  }

  /// What stands there while raw rows are counted; without scripts, the link to the whole page.
  private func waiting(_ context: ReportContext, _ plan: ReportPlan) -> HTML {
    let query = context.question.address.query
    let days = plan.window.days.dayCount
    return """
      <section id="report" data-report-load="\(href: "\(Self.tablePath)?\(query)")" aria-busy="true" aria-label="Report">
      <div class="card"><div class="card-body ty-scripted">
      <p role="status">Counting the clicks of \(days) days one by one. <span class="ty-sub" data-report-elapsed>0 s</span></p>
      <progress class="ty-bar" aria-label="Counting"></progress>
      <button class="btn" type="button" data-report-cancel>Cancel</button></div>
      <noscript><div class="card-body"><p>This report counts the clicks of \(days) days one by one, which takes a while.</p>\
      <a class="btn btn-primary" href="\(href: "\(Self.path)?\(query)&wait=1")">Count them</a></div></noscript></div>
      <div class="ty-skeleton ty-skeleton-table ty-scripted" aria-hidden="true"></div></section>
      """
  }

  // Usual values of a filter

  func values(_ call: TrackerCall) async throws -> Reply {
    guard let grouping = call.query("of").flatMap(Grouping.init(rawValue:)), !grouping.isTime else {
      throw Problem.invalid("of", "choice", "must be a field that reports can be filtered by")
    }
    let scope = call.place.scope
    if let noun = grouping.noun {
      let items = try await names.live(noun, of: scope).map { name -> JSONValue in
        ["value": .string(Self.quoted(name.name)), "label": .string("id \(name.id)")]
      }
      return .json(["items": .array(items)])
    }
    var question = ReportQuestion(call.head.queryItems.filter { $0.name != "of" })
    (question.groupings, question.metrics, question.sort, question.limit) = ([grouping], [.clicks], "-clicks", 50)
    let context = try await context(question, call)
    let answer = try await engine.answer(try context.request, in: context.settings.currency, of: scope)
    let items = answer.rows.compactMap { row -> JSONValue? in
      guard case .text(let text?)? = row.keys.first else { return nil }
      return [
        "value": .string(Self.quoted(text)), "label": .string("\(Figures.count(row.values[.clicks])) clicks"),
      ]
    }
    return .json(["items": .array(items)])
  }

  /// As the form's field takes it for one value.
  private static func quoted(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }
}

extension ReportContext {
  /// Throws 422 with every fault of the address.
  var request: ReportRequest {
    get throws(Problem) { try question.request(period, columns: columns, zone: settings.zone) }
  }
}
