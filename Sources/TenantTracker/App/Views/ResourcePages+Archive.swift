import Core
import Web

// What was deleted stays in an archive and comes back from there.

extension ResourcePages {
  func registerArchive(in table: inout TrackerTable) {
    table.page("\(Item.path)/archived", .read(Item.section), "Archived: \(words.noun)") { try await archive($0) }
    table.action("\(Item.path)/archive", .write(Item.section), "Archive several: \(words.noun)") {
      try await archiveSelected($0)
    }
    table.action("\(Item.path)/restore", .write(Item.section), "Take several out of the archive: \(words.noun)") {
      try await restoreSelected($0)
    }
    table.action("\(Item.path)/{id}/restore", .write(Item.section), "Take out of the archive: \(words.noun)") {
      try await restore($0)
    }
  }

  /// Beside the list's buttons.
  var archiveLink: HTML {
    guard Store.restores else { return .empty }
    return "<a class=\"btn ty-quiet\" href=\"\(href: path)/archived\">\(layout.icons(.archive))Archived</a>"
  }

  private func archive(_ call: TrackerCall) async throws -> Reply {
    let request = try call.page
    let page = try await api.store.archived(request, of: call.place.scope)
    let times = LocalTimes(try await api.settings.all(of: call.place.scope))
    let rows = page.items.map { thing -> HTML in
      let button: HTML = """
        <form method="post" action="\(href: path)/\(thing.id)/restore">\(call.csrfField)<button class="btn btn-sm">\
        \(layout.icons(.refresh))Restore<span class="visually-hidden"> \(thing.name)</span></button></form>
        """
      return """
        <tr><th scope="row">\(thing.name)</th><td>\(times(thing.archivedAt))</td>\
        <td class="ty-end">\(if: mayWrite(call), button)</td></tr>
        """
    }
    let next = page.nextCursor.map { call.address(of: "\(path)/archived", after: $0) }
    let title = "Archived \(words.plural.lowercased())"
    return layout.page(
      Layout.Frame(title: title, current: path, crumbs: [(words.plural, path)]), call,
      Parts.table(
        ["Name", "Archived", .actions], rows, caption: title,
        empty: Parts.empty(
          layout.icons(.archive), "Nothing is archived",
          "What you archive leaves the lists and the routing. Reports keep its name, and it can come back from here.",
          "<a class=\"btn\" href=\"\(href: path)\">Back to the list</a>"),
        next: next))
  }

  private func restore(_ call: TrackerCall) async throws -> Reply {
    do {
      let item = try await api.restore(call.id(), by: call)
      return .redirect(to: "\(path)/\(item.id)", flash: Flash(.success, "\(item.title) is back."))
    } catch let problem as Problem where problem.status == 409 {
      return .redirect(to: "\(path)/archived", flash: Flash(.error, problem.detail ?? problem.title))
    }
  }
}
