import Analytics
import Core
import Web

/// The "Columns" drop-down: quick switch between templates, then the columns themselves to toggle, order and keep.
struct ReportColumnMenu: Sendable {
  let context: ReportContext
  let templates: [PersonalItem<ColumnTemplate>]
  let user: Int64
  /// Whether the reader may share with the team.
  let mayShare: Bool
  let csrf: HTML

  var html: HTML {
    """
    <details class="ty-menu ty-menu-end" data-menu id="columns"><summary class="btn">\(context.icons(.columns))Columns\
    </summary><div class="ty-menu-list">\(switches)<hr>\(form)</div></details>
    """
  }

  private var switches: HTML {
    let ready = ColumnTemplate.ready.map { link($0.name, $0.template.metrics, of: nil) }
    let kept = templates.map { link($0.draft.name, $0.draft.content.metrics, of: $0.ownerID == user ? nil : $0.owner) }
    return (ready + kept).joined()
  }

  private func link(_ name: String, _ metrics: [Metric], of owner: String?) -> HTML {
    let address = context.question.address { $0.metrics = metrics }
    return """
      <a href="\(href: address)" data-busy="#report"\(if: metrics == context.columns, " aria-current=\"true\"")>\(name)\
      \(if: owner != nil, " <span class=\"ty-sub\">\(owner)</span>")</a>
      """
  }

  private var form: HTML {
    let metrics = context.columns + Metric.allCases.filter { !context.columns.contains($0) }
    let sharing: HTML = """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="shared" value="true">\
      <span class="form-check-label">Share with the team</span></label>
      """
    return """
      <form method="post" action="\(href: ReportPages.columnsPath)" aria-label="Columns">\
      <div class="ty-report-form">\(csrf)\
      <input type="hidden" name="query" value="\(context.question.address.query)">\
      <ol class="ty-plain ty-report-metrics" data-sortable aria-label="Columns, from left to right">\(metrics.map(item))</ol>\
      <button class="btn btn-primary" name="step" value="apply">Apply</button><hr>\
      <div><label class="form-label" for="template-name">Keep these columns as</label>\
      <input class="form-control" id="template-name" name="name" maxlength="100" autocomplete="off"></div>\
      <label class="form-check"><input class="form-check-input" type="checkbox" name="standard" value="true">\
      <span class="form-check-label">Begin with them</span></label>\(if: mayShare, sharing)\
      <button class="btn" name="step" value="save">Save columns</button></div></form>\
      <a href="\(ReportPages.savedPath)#templates">Share or delete templates</a>
      """
  }

  private func item(_ metric: Metric) -> HTML {
    let isOn = context.columns.contains(metric)
    return """
      <li class="ty-row-inline" data-sort-item><label class="form-check"><input class="form-check-input" \
      type="checkbox" name="metrics" value="\(metric.rawValue)"\(attribute: "checked", when: isOn)>\
      <span class="form-check-label">\(metric.label)</span></label><span class="ty-push ty-scripted">\
      <button class="btn btn-icon btn-sm ty-quiet" type="button" data-move="up" aria-label="\(metric.label): further left">\
      \(context.icons(.up, small: true))</button>\
      <button class="btn btn-icon btn-sm ty-quiet" type="button" data-move="down" \
      aria-label="\(metric.label): further right">\(context.icons(.down, small: true))</button></span></li>
      """
  }
}
