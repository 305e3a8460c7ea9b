import Core
import Licensing
import Web

/// A refusal as a page: what is wrong and how to go on.
struct ProblemPage: Sendable {
  let layout: Layout
  let csrf: CSRFGuard
  let cookie: SessionCookie

  func html(_ problem: Problem, _ head: RequestHead, _ place: TrackerPlace?, _ session: TrackerSession?) -> HTML {
    guard let place, let session, !session.mustChangePassword else {
      return layout.plain(
        title: title(of: problem), brand: place?.brand ?? .ours, explanation(of: problem, session: session))
    }
    let token = cookie.token(in: head).map { csrf.token(for: $0) }
    let field: HTML = "<input type=\"hidden\" name=\"\(CSRFGuard.fieldName)\" value=\"\(token)\">"
    return layout.document(
      Layout.Frame(title: title(of: problem), current: head.path),
      Layout.Viewer(session: session, place: place, csrf: field),
      """
      <div class="card ty-refusal">\(Parts.empty(
        layout.icons(icon(of: problem)), headline(of: problem), sentence(of: problem), way(from: problem, session)))</div>
      """)
  }

  private func title(of problem: Problem) -> String {
    switch problem.status {
    case 402: "Not in your plan"
    case 403: "Not allowed"
    case 404: "Not found"
    case 429: "Too many requests"
    case 500: "Something went wrong"
    case 503: "Not available just now"
    default: problem.title
    }
  }

  private func icon(of problem: Problem) -> Icon {
    switch problem.status {
    case 402: .license
    case 403: .locked
    case 404: .search
    default: .warning
    }
  }

  private func feature(of problem: Problem) -> Feature? {
    problem.extra["feature"]?.stringValue.flatMap(Feature.init(rawValue:))
  }

  private func headline(of problem: Problem) -> String {
    switch problem.code {
    case "feature_not_licensed": "\(feature(of: problem)?.title ?? "This") needs another plan"
    case "permission_denied": "You have no access to this"
    case "not_found": "There is nothing here"
    default: problem.title
    }
  }

  private func sentence(of problem: Problem) -> String {
    switch problem.code {
    case "feature_not_licensed":
      "It is part of the \(feature(of: problem)?.plan.title ?? "next") plan. Your data stays as it is."
    case "permission_denied":
      "This page needs \(problem.extra["access"]?.stringValue ?? "more") access to "
        + "\(problem.extra["section"]?.stringValue ?? "this section"). An admin can give it to you."
    default: problem.detail ?? "Try again in a moment. If it keeps happening, tell whoever runs this tracker."
    }
  }

  private func way(from problem: Problem, _ session: TrackerSession) -> HTML {
    if problem.status == 402, session.allows(.read(.settings)) {
      return "<a class=\"btn btn-primary\" href=\"/admin/license\">See plan and licence</a>"
    }
    return "<a class=\"btn\" href=\"/admin\">Back to the start</a>"
  }

  private func explanation(of problem: Problem, session: TrackerSession?) -> HTML {
    let signIn: HTML = "<a class=\"btn btn-primary w-100\" href=\"\(AccessPages.signInPath)\">Sign in</a>"
    let wayOn = session == nil && problem.code == "cross_site_request" ? signIn : .empty
    return "<p>\(sentence(of: problem))</p>\(wayOn)"
  }
}
