import Analytics
import Core
import Database
import Web

/// The filters of a report, each value with the way to take it away, and the form that adds one.
struct ReportFilterBar: Sendable {
  let context: ReportContext
  let names: FilterNames
  /// What was typed when the form came back.
  var typed: ReportFilterForm?
  var problem: Problem?

  private var question: ReportQuestion { context.question }

  var html: HTML { "\(trail)<div class=\"ty-row-inline ty-report-filters\">\(chips)\(adding)</div>" }

  private var chips: HTML {
    let values = question.filters.flatMap { filter in
      filter.values.enumerated().map { index, value in
        let verb = filter.kind.verb(isFirst: index == 0)
        let text = "\(filter.grouping.columnTitle) \(verb) \(names.text(value, of: filter.grouping))"
        return (text, question.without(value, of: filter).address.description)
      }
    }
    let bounds = question.bounds.map { bound in
      let side = bound.side == .min ? "at least" : "at most"
      return ("\(bound.metric.label) \(side) \(bound.value)", question.address { $0.bounds.removeAll { $0 == bound } })
    }
    return Parts.chips(
      (values + bounds).map { ($0.0, $0.1) },
      clear: question.address { question in (question.filters, question.bounds, question.path) = ([], [], []) })
  }

  // The form

  private var adding: HTML {
    let hidden = question.items.filter { $0.name != "limit" }.map { item -> HTML in
      "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">"
    }
    let form = FormFields([:], problem: problem, icons: context.icons)
    return """
      <details class="ty-menu" data-menu\(attribute: "open", when: problem != nil)>\
      <summary class="btn btn-sm ty-chip-add">\(context.icons(.filter, small: true))Add filter</summary>\
      <form class="ty-menu-list" method="get" action="\(href: ReportPages.path)" data-row \
      data-filter-form="\(href: valuesAddress)"><div class="ty-report-form">\(form.summary)\
      <input type="hidden" name="edit" value="1">\(hidden)\
      <div><label class="form-label" for="f">Field</label><select class="form-select" id="f" name="f" \
      data-filter-field>\(fields)</select></div>\
      <div><label class="form-label" for="op">Comparison</label><select class="form-select" id="op" name="op" \
      data-filter-op>\(comparisons)</select></div>\
      <div><label class="form-label" for="v">Values</label><input class="form-control" id="v" name="v" \
      value="\(typed?.text)" autocomplete="off" data-filter-values required aria-describedby="v-hint">\
      <small class="form-hint" id="v-hint">Several with commas between them; (none) is traffic without one.</small></div>\
      <button class="btn btn-primary">Add filter</button></div></form></details>
      """
  }

  private var fields: HTML {
    let groups = Grouping.categories.map { category -> HTML in
      let items = category.groupings.filter { !$0.isTime }.map { grouping in
        field(
          grouping.rawValue, grouping.columnTitle, grouping.isEntity ? "filter not" : "filter not like",
          isCurrent: typed?.field == .grouping(grouping))
      }
      return items.isEmpty ? .empty : "<optgroup label=\"\(category.title)\">\(items)</optgroup>"
    }
    let metrics = Metric.allCases.map { metric in
      field(metric.rawValue, metric.label, "min max", isCurrent: typed?.field == .metric(metric))
    }
    return groups.joined() + "<optgroup label=\"Figures of a row\">\(metrics)</optgroup>"
  }

  private func field(_ name: String, _ title: String, _ operators: String, isCurrent: Bool) -> HTML {
    """
    <option value="\(name)" data-operators="\(operators)"\(attribute: "selected", when: isCurrent)>\(title)</option>
    """
  }

  private var comparisons: HTML {
    let choices: [FormFields.Choice] = [
      .init("filter", "is"), .init("not", "is not"), .init("like", "contains"), .init("min", "is at least"),
      .init("max", "is at most"),
    ]
    return FormFields.options(choices, current: typed?.comparison ?? "filter")
  }

  /// Where a field's usual values come from.
  private var valuesAddress: String {
    PageAddress(ReportPages.valuesPath, question.items.filter { ["tz", "period", "from", "to"].contains($0.name) })
      .description
  }

  // How the reader came here

  private var trail: HTML {
    guard !question.path.isEmpty else { return .empty }
    let steps = question.path.enumerated().map { index, step -> HTML in
      let title = index == 0 ? "All \(step.grouping.columnTitle.lowercased())s" : text(of: question.path[index - 1])
      let address = question.before(step: index).address.description
      return "<li><a href=\"\(href: address)\" data-busy=\"#report\">\(title)</a></li>"
    }
    let here = question.path.last.map(text) ?? ""
    let next = question.usualGroupings.map { grouping in
      (grouping.columnTitle, question.address { $0.groupings = [grouping] }, question.groupings == [grouping])
    }
    return """
      <nav class="ty-crumbs ty-report-trail" aria-label="Drill-down"><ol>\(steps)<li aria-current="page">\(here)</li></ol>\
      </nav>\(Parts.segments("Break down by", next.map { ($0.0, $0.1, $0.2) }))
      """
  }

  private func text(of step: DrillStep) -> String {
    if step.grouping == .date { return "\(context.period.from)" }
    let value = question.filters.first { $0.grouping == step.grouping && $0.kind == .only }?.values.first
    return value.map { "\(step.grouping.columnTitle): \(names.text($0, of: step.grouping))" }
      ?? step.grouping.columnTitle
  }
}

extension ReportQuestion.Filter.Kind {
  /// Between a field and its first value, and between that and the next.
  fileprivate func verb(isFirst: Bool) -> String {
    switch self {
    case .only: isFirst ? "is" : "or"
    case .not: isFirst ? "is not" : "nor"
    case .like: isFirst ? "contains" : "or"
    }
  }
}

/// What the ids of filters are called.
struct FilterNames: Sendable {
  private var names: [Grouping: [Int64: String]] = [:]

  init() {}

  init(_ question: ReportQuestion, _ store: NameStore, _ scope: TenantScope) async throws {
    for filter in question.filters {
      guard let noun = filter.grouping.noun else { continue }
      let ids = Set(filter.values.compactMap { Int64($0) })
      names[filter.grouping, default: [:]].merge(try await store.names(noun, ids, of: scope)) { first, _ in first }
    }
  }

  func text(_ value: String, of grouping: Grouping) -> String {
    guard grouping.noun != nil, let id = Int64(value) else { return value }
    return names[grouping]?[id] ?? "#\(id)"
  }
}
