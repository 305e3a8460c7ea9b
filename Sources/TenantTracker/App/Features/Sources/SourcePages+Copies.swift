import Core
import Web

// Copies of sources, and warnings that were seen to.

extension SourcePages {
  func registerMore(in table: inout TrackerTable) {
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
}
