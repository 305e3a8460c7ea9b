import Core
import Web

// Copies of sources, those that were deleted, and warnings that were seen to.

extension SourcePages {
  func registerMore(in table: inout TrackerTable) {
    table.page("/sources/archived", .read(.sources), "Deleted sources") { try await archived($0) }
    table.action("/sources/{id}/restore", .write(.sources), "Take a deleted source out of the archive") { call in
      let source = try await more.restore(call.id(), by: call)
      return .redirect(to: "/admin/sources/\(source.id)", flash: Flash(.success, "\(source.draft.name) is back."))
    }
    table.action("/sources/{id}/clone", .write(.sources), "Copy a source") { call in
      let copy = try await more.clone(call.id(), by: call)
      return .redirect(to: "/admin/sources/\(copy.id)", flash: Flash(.success, "\(copy.draft.name) was added."))
    }
    table.action("/sources/{id}/warnings", .write(.sources), "Forget a source's warnings so far") { call in
      let id = try call.id()
      try await more.dismissWarnings(of: id, by: call)
      return .redirect(to: "/admin/sources/\(id)", flash: Flash(.success, "The warnings were dismissed."))
    }
  }

  private func archived(_ call: TrackerCall) async throws -> Reply {
    var request = try call.page
    request.filters["archived"] = "true"
    let page = try await api.store.page(request, of: call.place.scope)
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    let rows = page.items.map { source -> HTML in
      let restore: HTML = """
        <form method="post" action="/admin/sources/\(source.id)/restore">\(call.csrfField)\
        <button class="btn btn-sm">\(layout.icons(.refresh))Restore<span class="visually-hidden"> \(source.draft.name)</span>\
        </button></form>
        """
      return """
        <tr><th scope="row">\(source.draft.name)</th>\
        <td>\(Parts.text(SourceTemplate.named(source.draft.template)?.name))</td><td>\(times(source.archivedAt))</td>\
        <td class="ty-end">\(if: call.session.allows(.write(.sources)), restore)</td></tr>
        """
    }
    let path = "/admin/sources"
    return layout.page(
      Layout.Frame(title: "Deleted sources", current: path, crumbs: [(words.plural, path)]), call,
      Parts.table(
        ["Name", "Platform", "Deleted", .actions], rows, caption: "Deleted sources",
        empty: Parts.empty(
          layout.icons(.sources), "Nothing was deleted", "Sources that are deleted stay here, and can come back."),
        next: page.nextCursor.map { PageAddress("\(path)/archived", [("cursor", $0)]).description }))
  }
}
