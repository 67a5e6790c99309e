//! `cargo xtask serve`: the folder dist/ on localhost, for this machine alone.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{dist, paths};

/// The port when none is asked for.
const USUAL_PORT: u16 = 8080;
/// How many ports after it are tried when something else is there already.
const MORE_PORTS: u16 = 20;

/// What the person asked for on the command line.
#[derive(clap::Args)]
pub struct Options {
    /// The port to serve on, 0 for any free one [default: 8080, or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Serve the dist/ that is there instead of building it
    #[arg(long)]
    no_build: bool,
}

/// Builds the page unless asked not to, and serves it until the process is stopped.
pub fn serve(options: &Options) -> Result<()> {
    if !options.no_build {
        dist::build()?;
    }
    let folder = paths::dist();
    if !folder.join("index.html").is_file() {
        bail!("there is no dist/index.html to serve; run `cargo xtask dist` first, or leave out --no-build");
    }
    let listener = listen(options.port)?;
    let port = listener.local_addr()?.port();
    say(&format!("Serving http://localhost:{port}/"));
    answer_all(listener, &folder)
}

/// Takes the port that was asked for, or the first free one from the usual port on.
fn listen(port: Option<u16>) -> Result<TcpListener> {
    if let Some(port) = port {
        return bind(port)
            .with_context(|| format!("port {port} cannot be used; choose another with --port, or 0 for any free one"));
    }
    for port in USUAL_PORT..=USUAL_PORT + MORE_PORTS {
        match bind(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                eprintln!("Port {port} is taken; trying the next one.");
            }
            other => return other.with_context(|| format!("port {port} cannot be used")),
        }
    }
    bail!("the ports {USUAL_PORT} to {} are all taken; choose one with --port", USUAL_PORT + MORE_PORTS)
}

/// Only this machine may connect.
fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

fn answer_all(listener: TcpListener, folder: &Path) -> Result<()> {
    listener.set_nonblocking(true)?;
    let files = ServeDir::new(folder).fallback(any(not_found));
    let page = Router::new()
        .fallback_service(files)
        // The page is being worked on: what was just built must be what the browser shows.
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(from_fn(log));
    let runtime = tokio::runtime::Runtime::new().context("the server did not start")?;
    runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, page).await })?;
    Ok(())
}

async fn not_found(address: Uri) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("There is no {} on this page.\n", address.path()))
}

/// Says what was asked for before the answer goes out: whoever has the answer can count on finding the line.
async fn log(request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri());
    let response = next.run(request).await;
    say(&format!("{what} {}", response.status().as_u16()));
    response
}

/// Prints a line for people and for the browser tests, who read it through a pipe.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    // When nobody reads the lines any more, the page should still be served.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read as _;
    use std::net::{SocketAddr, TcpStream};
    use std::thread;

    /// Serves a small folder. The server has no end of its own; it ends with the tests.
    fn start() -> (tempfile::TempDir, SocketAddr) {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        fs::create_dir(&dist).unwrap();
        fs::write(dist.join("index.html"), "<p>page</p>").unwrap();
        fs::write(dist.join("lenslet.js"), "export {}").unwrap();
        fs::write(dist.join("lenslet_bg.wasm"), vec![0; 100_000]).unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let listener = bind(0).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || answer_all(listener, &dist));
        (folder, address)
    }

    /// What a request gets, exactly as it comes over the wire.
    fn ask(request_line: &str) -> String {
        let (_folder, address) = start();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{request_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn the_page_is_served_with_its_type_and_is_not_cached() {
        let answer = ask("GET /");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("content-type: text/html\r\n"), "{answer}");
        assert!(answer.contains("cache-control: no-cache\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n<p>page</p>"), "{answer}");
    }

    #[test]
    fn a_large_file_comes_with_its_length() {
        let answer = ask("GET /lenslet_bg.wasm");
        assert!(answer.contains("content-type: application/wasm\r\n"));
        assert!(answer.contains("content-length: 100000\r\n"));
        assert!(ask("HEAD /lenslet_bg.wasm").ends_with("\r\n\r\n"));
    }

    #[test]
    fn files_outside_the_folder_are_not_served() {
        for address in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//secret.txt"] {
            let answer = ask(&format!("GET {address}"));
            assert!(answer.starts_with("HTTP/1.1 404 "), "{address}: {answer}");
            assert!(!answer.ends_with("secret"), "{address}: {answer}");
        }
    }

    /// Browsers insist on this type for modules.
    #[test]
    fn scripts_are_javascript() {
        assert!(ask("GET /lenslet.js?v=1").contains("content-type: text/javascript\r\n"));
    }

    #[test]
    fn what_is_not_there_gets_a_sentence() {
        let answer = ask("GET /nothing.html");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        assert!(answer.ends_with("There is no /nothing.html on this page.\n"), "{answer}");
        assert!(ask("DELETE /index.html").starts_with("HTTP/1.1 405 "));
    }

    /// A browser keeps several connections open at once, and each must get its answer.
    #[test]
    fn idle_connections_hold_nobody_up() {
        let (_folder, address) = start();
        let mut streams: Vec<_> = (0..12).map(|_| TcpStream::connect(address).unwrap()).collect();
        for stream in streams.iter_mut().rev() {
            write!(stream, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            let mut start = [0; 12];
            stream.read_exact(&mut start).unwrap();
            assert_eq!(&start, b"HTTP/1.1 200");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_an_error_when_it_was_asked_for() {
        let taken = bind(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = listen(Some(port)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("port {port} cannot be used; choose another")), "{error}");
        assert!(listen(None).is_ok());
    }
}
