import Core
import Web

extension RouteCall {
  /// What a list is asked for. Our lists stand in the order of their ids, and a cursor is an id.
  /// - Throws: 422 for another order and for a cursor that is none of ours.
  var listRequest: PageRequest {
    get throws(Problem) {
      let request = try page
      guard request.sort == nil || (request.sort == "id" && request.descending) else {
        throw .invalid("sort", "choice", "can only be -id: the newest first")
      }
      if let cursor = request.cursor, Int64(cursor) == nil {
        throw .invalid("cursor", "invalid", "must be the next_cursor of the page before")
      }
      return request
    }
  }
}
