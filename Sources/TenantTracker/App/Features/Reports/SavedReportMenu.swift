import Core
import Web

/// The "Saved reports" drop-down: to open one, to keep what is shown.
struct SavedReportMenu: Sendable {
  let context: ReportContext
  let reports: [PersonalItem<SavedReport>]
  let user: Int64
  let mayShare: Bool
  let csrf: HTML

  var html: HTML {
    """
    <details class="ty-menu ty-menu-end" data-menu id="saved"><summary class="btn">\(context.icons(.saved))Saved reports\
    </summary><div class="ty-menu-list">\(links)<hr>\(form)</div></details>
    """
  }

  private var links: HTML {
    guard !reports.isEmpty else {
      return
        "<p class=\"ty-sub ty-report-form\">Keep this report under a name: its days move on, its filters and columns stay.</p>"
    }
    let here = context.question.address.query
    return reports.map { report -> HTML in
      let query = report.draft.content.query
      let owner: HTML = report.ownerID == user ? .empty : " <span class=\"ty-sub\">\(report.owner)</span>"
      return """
        <a href="\(href: report.draft.content.address)"\(if: query == here, " aria-current=\"true\"")>\
        \(report.draft.name)\(owner)</a>
        """
    }.joined()
  }

  private var form: HTML {
    let sharing: HTML = """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="shared" value="true">\
      <span class="form-check-label">Share with the team</span></label>
      """
    return """
      <form method="post" action="\(href: ReportPages.savedPath)" aria-label="Keep this report">\
      <div class="ty-report-form">\(csrf)\
      <input type="hidden" name="query" value="\(context.question.address.query)">\
      <div><label class="form-label" for="report-name">Keep this report as</label>\
      <input class="form-control" id="report-name" name="name" maxlength="100" autocomplete="off" required></div>\
      <label class="form-check"><input class="form-check-input" type="checkbox" name="standard" value="true">\
      <span class="form-check-label">Reports opens with it</span></label>\(if: mayShare, sharing)\
      <button class="btn" name="step" value="save">Save report</button></div></form>\
      <a href="\(ReportPages.savedPath)">Share or delete reports</a>
      """
  }
}
