import Analytics
import Core
import Web

/// What the reader keeps and what others share: saved reports and column templates, each with what can be done to it.
struct SavedReportView: Sendable {
  let reports: [PersonalItem<SavedReport>]
  let templates: [PersonalItem<ColumnTemplate>]
  let session: TrackerSession
  let times: LocalTimes
  let csrf: HTML
  let icons: IconSet

  var html: HTML {
    let noReports = Parts.empty(
      icons(.saved), "No saved reports yet",
      "Set up a report with its filters and columns, then keep it under a name: it is one click away ever after.",
      "<a class=\"btn btn-primary\" href=\"\(ReportPages.path)?group_by=campaign\">Open a report</a>")
    let noTemplates = Parts.empty(
      icons(.columns), "No column templates yet",
      "Choose columns with the Columns button of a report and keep them under a name. Standard and E-commerce are "
        + "always there.")
    let reportRows = reports.map { item -> HTML in
      let link: HTML = "<a href=\"\(href: item.draft.content.address)\">\(item.draft.name)</a>"
      return row(item, title: link, detail: .empty, path: ReportPages.savedPath)
    }
    let templateRows = templates.map { item -> HTML in
      let columns = item.draft.content.metrics.map(\.label).joined(separator: ", ")
      let address = "\(ReportPages.path)?group_by=campaign&metrics=\(item.draft.content.stored.joined(separator: ","))"
      let link: HTML = "<a href=\"\(href: address)\">\(item.draft.name)</a>"
      return row(item, title: link, detail: "<td>\(columns)</td>", path: ReportPages.columnsPath)
    }
    return """
      <h2 class="ty-heading">Reports</h2>
      \(Parts.table(["Name", "Owner", "Seen by", "Changed", .actions], reportRows, caption: "Saved reports", empty: noReports))
      <h2 class="ty-heading" id="templates">Column templates</h2>
      \(Parts.table(
        ["Name", "Columns", "Owner", "Seen by", "Changed", .actions], templateRows, caption: "Column templates",
        empty: noTemplates))
      """
  }

  private func row<Content: PersonalContent>(
    _ item: PersonalItem<Content>, title: HTML, detail: HTML, path: String
  ) -> HTML {
    let isOwn = item.ownerID == session.user.id
    let standard: HTML = item.draft.isStandard && isOwn ? " " + Parts.badge("Begins with it", .good) : .empty
    return """
      <tr><th scope="row">\(title)\(standard)</th>\(detail)<td>\(isOwn ? "You" : item.owner)</td>\
      <td>\(item.draft.isShared ? "The team" : "You alone")</td><td>\(times(item.updatedAt))</td>\
      <td class="ty-end">\(buttons(item, isOwn, path))</td></tr>
      """
  }

  private func buttons<Content: PersonalContent>(_ item: PersonalItem<Content>, _ isOwn: Bool, _ path: String) -> HTML {
    guard isOwn || session.allows(.write(.users)) else { return .empty }
    let share: HTML =
      item.draft.isShared
      ? "<button class=\"btn btn-sm\" name=\"step\" value=\"unshare\">Stop sharing</button>"
      : "<button class=\"btn btn-sm\" name=\"step\" value=\"share\">Share</button>"
    let begin: HTML =
      item.draft.isStandard
      ? "<button class=\"btn btn-sm\" name=\"step\" value=\"plain\">Do not begin with it</button>"
      : "<button class=\"btn btn-sm\" name=\"step\" value=\"standard\">Begin with it</button>"
    let maySay = item.draft.isShared || session.allows(.write(.reports))
    return """
      <form class="ty-row-actions" method="post" action="\(href: "\(path)/\(item.id)")">\(csrf)\(if: isOwn, begin)\
      \(if: isOwn && maySay, share)<button class="btn btn-sm ty-danger" name="step" value="delete" \
      data-confirm="Delete \(item.draft.name)?\(item.draft.isShared ? " The team will not have it any more." : "")" \
      data-confirm-yes="Delete">\(icons(.delete, small: true))Delete</button></form>
      """
  }
}
