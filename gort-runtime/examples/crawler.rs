//! A crawler: every page once, so many fetches at a time, each with its own time limit, all below one context.
//!
//! The web is made up: fetching is sleeping. Run with `cargo run -p gort-runtime --features sync,context --example crawler`.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gort_runtime::context::native::{self, Context};
use gort_runtime::sync::owned::Mutex;
use gort_runtime::sync::{Semaphore, TaskGroup};
use gort_runtime::time::native::sleep;

/// How many pages are fetched at the same time.
const AT_ONCE: i64 = 2;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_millis(400);

/// The web: a page, how long it takes, and where it leads.
const WEB: &[(&str, u64, &[&str])] = &[
    ("/", 2, &["/docs", "/blog", "/slow"]),
    ("/docs", 3, &["/", "/docs/chan", "/docs/select"]),
    ("/docs/chan", 1, &["/docs/select"]),
    ("/docs/select", 1, &["/docs/chan"]),
    ("/blog", 2, &["/blog/1", "/blog/2", "/lost"]),
    ("/blog/1", 1, &["/blog/2"]),
    ("/blog/2", 4, &["/blog/1"]),
    ("/slow", 60_000, &["/never"]),
];

#[derive(Clone, Debug)]
enum Failure {
    NotFound,
    Late(native::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotFound => f.write_str("not found"),
            Failure::Late(error) => error.fmt(f),
        }
    }
}

async fn fetch(url: &str) -> Result<&'static [&'static str], Failure> {
    let Some((_, millis, links)) = WEB.iter().find(|page| page.0 == url) else {
        return Err(Failure::NotFound);
    };
    sleep(Duration::from_millis(*millis)).await;
    Ok(links)
}

struct Crawler {
    ctx: Context,
    room: Semaphore,
    pages: TaskGroup,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: HashSet<&'static str>,
    results: BTreeMap<&'static str, Result<usize, Failure>>,
    fetching: i64,
    most: i64,
}

impl Crawler {
    /// Starts a goroutine for a page, unless there was one.
    fn visit(self: &Arc<Self>, url: &'static str) {
        if self.state.lock().seen.insert(url) {
            let crawler = self.clone();
            self.pages.spawn(async move { crawler.crawl(url).await });
        }
    }

    async fn crawl(self: Arc<Self>, url: &'static str) {
        // The wait for room does not count against the page's patience.
        self.room.acquire(1).await;
        self.count(1);
        let (ctx, cancel) = self.ctx.with_timeout(PATIENCE);
        let _guard = cancel.guard();
        // A fetch that is late is dropped where it waits.
        let links = match ctx.run(fetch(url)).await {
            Ok(fetched) => fetched,
            Err(error) => Err(Failure::Late(error)),
        };
        self.count(-1);
        self.room.release(1);
        self.state.lock().results.insert(url, links.clone().map(<[_]>::len));
        for link in links.unwrap_or_default() {
            self.visit(link);
        }
    }

    fn count(&self, change: i64) {
        let mut state = self.state.lock();
        state.fetching += change;
        state.most = state.most.max(state.fetching);
    }
}

#[gort_runtime::main]
async fn main() {
    // However the web looks, after a minute it is enough.
    let (ctx, cancel) = Context::background().with_timeout(Duration::from_secs(60));
    let _guard = cancel.guard();
    let crawler = Arc::new(Crawler {
        ctx,
        room: Semaphore::new(AT_ONCE),
        pages: TaskGroup::new(),
        state: Mutex::new(State::default()),
    });
    crawler.visit("/");
    // A page starts those it leads to before it is done itself, so the group is never empty too early.
    crawler.pages.wait().await;

    let state = crawler.state.lock();
    for (url, result) in &state.results {
        match result {
            Ok(links) => println!("{url}: {links} links"),
            Err(failure) => println!("{url}: {failure}"),
        }
    }
    println!("{} pages, {} fetched at once at most", state.results.len(), state.most);
}
