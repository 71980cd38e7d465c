//! `os.File`: open files and the three standard ones, unbuffered as in Go.

use super::readable::is_readable;
use super::{err_closed, err_invalid, errno, go_string, os_string, path_error, path_result};
use crate::pkg::go::*;
use crate::pkg::io::{self, *};
use crate::pkg::support::{State, forward, handle_type};
use crate::task;
use std::fs::OpenOptions;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

/// Open for reading.
pub const O_RDONLY: i64 = 0;
/// Open for writing.
pub const O_WRONLY: i64 = 1;
/// Open for both.
pub const O_RDWR: i64 = 2;
/// Append at each write.
pub const O_APPEND: i64 = 0x400;
/// Create if there is none.
pub const O_CREATE: i64 = 0x40;
/// With `O_CREATE`: there must be none.
pub const O_EXCL: i64 = 0x80;
/// Write synchronously.
pub const O_SYNC: i64 = 0x101000;
/// Empty the file.
pub const O_TRUNC: i64 = 0x200;
/// Separates the parts of a path.
pub const PATH_SEPARATOR: i64 = 47;
/// Separates the paths of a list.
pub const PATH_LIST_SEPARATOR: i64 = 58;
/// The file that swallows everything.
pub const DEV_NULL: GoString = str("/dev/null");

#[derive(Clone, Default)]
enum Handle {
    #[default]
    Closed,
    Stdin,
    Stdout,
    Stderr,
    Open(Arc<std::fs::File>),
}

/// An open file.
#[derive(Clone, Default)]
pub struct File {
    name: GoString,
    handle: State<Handle>,
}

handle_type!(
    File,
    "os.File",
    memory(handle),
    pointer(
        dyn io::Reader,
        dyn io::Writer,
        dyn io::Closer,
        dyn io::Seeker,
        dyn io::ReaderAt,
        dyn io::WriterAt,
        dyn io::StringWriter,
        dyn io::ReadWriter,
        dyn io::ReadCloser,
        dyn io::WriteCloser,
        dyn io::ReadWriteCloser,
        dyn io::ReadSeeker,
        dyn io::ReadSeekCloser,
        dyn io::WriteSeeker,
        dyn io::ReadWriteSeeker,
    )
);

macro_rules! standard {
    ($($(#[$doc:meta])* $name:ident = $handle:ident, $path:literal;)*) => {
        $($(#[$doc])*
        pub fn $name() -> Ptr<File> {
            static FILE: LazyLock<Ptr<File>> =
                LazyLock::new(|| Ptr::new(File { name: str($path), handle: State::new(Handle::$handle) }));
            FILE.clone()
        })*
    };
}

standard! {
    /// Standard input.
    stdin = Stdin, "/dev/stdin";
    /// Standard output.
    stdout = Stdout, "/dev/stdout";
    /// Standard error.
    stderr = Stderr, "/dev/stderr";
}

/// Writes to standard output; through Rust's own handle, so that `println!` of native code keeps its place.
pub(crate) fn write_stdout(bytes: &[u8]) -> (i64, GoError) {
    let mut out = std::io::stdout().lock();
    finish("/dev/stdout", bytes, out.write_all(bytes).and_then(|()| out.flush()))
}

fn finish(name: &'static str, bytes: &[u8], result: std::io::Result<()>) -> (i64, GoError) {
    match result {
        Ok(()) => (bytes.len() as i64, GoError::nil()),
        Err(e) => (0, path_error("write", &str(name), errno(&e))),
    }
}

pub(super) fn opened(name: GoString, file: std::fs::File) -> Ptr<File> {
    Ptr::new(File {
        name,
        handle: State::new(Handle::Open(Arc::new(file))),
    })
}

/// Opens a file for reading.
pub fn open(name: GoString) -> (Ptr<File>, GoError) {
    open_file(name, O_RDONLY, FileMode(0))
}

/// Creates or empties a file.
pub fn create(name: GoString) -> (Ptr<File>, GoError) {
    open_file(name, O_RDWR | O_CREATE | O_TRUNC, FileMode(0o666))
}

/// Opens a file with flags, and the permissions that a new one gets.
pub fn open_file(name: GoString, flag: i64, perm: FileMode) -> (Ptr<File>, GoError) {
    let mut options = OpenOptions::new();
    let access = flag & 3;
    options.read(access != O_WRONLY);
    options.write(access != O_RDONLY);
    options.mode(perm.0 & 0o777);
    // The remaining flags go to the system as they are.
    let create = flag & O_CREATE != 0 && access != O_RDONLY;
    options
        .create(create && flag & O_EXCL == 0)
        .create_new(create && flag & O_EXCL != 0);
    options.truncate(access != O_RDONLY && flag & O_TRUNC != 0 && flag & O_EXCL == 0);
    if flag & O_APPEND != 0 {
        options.append(access != O_RDONLY);
        options.truncate(false);
    }
    options.custom_flags((flag & O_SYNC) as i32);
    match options.open(os_string(&name)) {
        Ok(f) => (opened(name, f), GoError::nil()),
        Err(e) => (Ptr::nil(), path_error("open", &name, errno(&e))),
    }
}

/// Reads standard input, through a buffer that can be asked whether it is empty, unlike Rust's; other goroutines go on while
/// that has to wait.
fn read_standard_input(buf: &mut [u8]) -> std::io::Result<usize> {
    static INPUT: OnceLock<Mutex<BufReader<std::fs::File>>> = OnceLock::new();
    let input = match INPUT.get() {
        Some(input) => input,
        None => {
            let file = std::fs::File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
            INPUT.get_or_init(|| Mutex::new(BufReader::new(file)))
        }
    };
    if let Ok(mut input) = input.try_lock()
        && (!input.buffer().is_empty() || is_readable(input.get_ref().as_fd()))
    {
        return input.read(buf);
    }
    task::block_in_place(|| input.lock().unwrap_or_else(PoisonError::into_inner).read(buf))
}

/// Reads; other goroutines go on while that has to wait.
fn read_on(mut file: &std::fs::File, buf: &mut [u8]) -> std::io::Result<usize> {
    if is_readable(file.as_fd()) {
        file.read(buf)
    } else {
        task::block_in_place(|| file.read(buf))
    }
}

use super::FileMode;

impl File {
    fn system(&self, op: &str) -> Result<Arc<std::fs::File>, GoError> {
        match &*self.handle.lock() {
            Handle::Open(f) => Ok(f.clone()),
            Handle::Closed => Err(path_error(op, &self.name, err_closed())),
            _ => Err(path_error(op, &self.name, err_invalid())),
        }
    }

    /// The name it was opened by.
    pub fn name(&self) -> GoString {
        self.name.clone()
    }

    /// The file descriptor.
    pub fn fd(&self) -> u64 {
        use std::os::fd::AsRawFd;
        match &*self.handle.lock() {
            Handle::Closed => u64::MAX,
            Handle::Stdin => 0,
            Handle::Stdout => 1,
            Handle::Stderr => 2,
            Handle::Open(f) => f.as_raw_fd() as u64,
        }
    }

    /// Reads on.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        if p.len() == 0 {
            return (0, GoError::nil());
        }
        let handle = self.handle.lock().clone();
        let mut buf = vec![0; p.len() as usize];
        let result = match handle {
            Handle::Open(f) => read_on(&f, &mut buf),
            Handle::Stdin => read_standard_input(&mut buf),
            Handle::Closed => return (0, path_error("read", &self.name, err_closed())),
            _ => return (0, path_error("read", &self.name, err_invalid())),
        };
        match result {
            Ok(0) => (0, io::eof()),
            Ok(n) => {
                for (i, b) in buf[..n].iter().enumerate() {
                    p.set(i as i64, *b);
                }
                (n as i64, GoError::nil())
            }
            Err(e) => (0, path_error("read", &self.name, errno(&e))),
        }
    }

    fn write_bytes(&self, bytes: &[u8]) -> (i64, GoError) {
        let handle = self.handle.lock().clone();
        let result = match handle {
            Handle::Stdout => return write_stdout(bytes),
            Handle::Stderr => std::io::stderr().lock().write_all(bytes),
            Handle::Open(f) => (&*f).write_all(bytes),
            Handle::Closed => return (0, path_error("write", &self.name, err_closed())),
            Handle::Stdin => return (0, path_error("write", &self.name, err_invalid())),
        };
        match result {
            Ok(()) => (bytes.len() as i64, GoError::nil()),
            Err(e) => (0, path_error("write", &self.name, errno(&e))),
        }
    }

    /// Writes bytes.
    pub fn write(&self, p: Slice<u8>) -> (i64, GoError) {
        self.write_bytes(&p.to_vec())
    }

    /// Writes a string.
    pub fn write_string(&self, s: GoString) -> (i64, GoError) {
        self.write_bytes(s.as_bytes())
    }

    /// Reads at a position.
    pub fn read_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError) {
        let file = match self.system("read") {
            Ok(f) => f,
            Err(e) => return (0, e),
        };
        let (mut buf, mut n) = (vec![0; p.len() as usize], 0);
        while n < buf.len() {
            match file.read_at(&mut buf[n..], off as u64 + n as u64) {
                Ok(0) => break,
                Ok(m) => n += m,
                Err(e) => return (n as i64, path_error("read", &self.name, errno(&e))),
            }
        }
        for (i, b) in buf[..n].iter().enumerate() {
            p.set(i as i64, *b);
        }
        (n as i64, if n < buf.len() { io::eof() } else { GoError::nil() })
    }

    /// Writes at a position.
    pub fn write_at(&self, p: Slice<u8>, off: i64) -> (i64, GoError) {
        match self.system("write") {
            Ok(f) => match f.write_all_at(&p.to_vec(), off as u64) {
                Ok(()) => (p.len(), GoError::nil()),
                Err(e) => (0, path_error("write", &self.name, errno(&e))),
            },
            Err(e) => (0, e),
        }
    }

    /// Sets the position.
    pub fn seek(&self, offset: i64, whence: i64) -> (i64, GoError) {
        let to = match whence {
            io::SEEK_START => SeekFrom::Start(offset as u64),
            io::SEEK_CURRENT => SeekFrom::Current(offset),
            _ => SeekFrom::End(offset),
        };
        match self.system("seek") {
            Ok(f) => match (&*f).seek(to) {
                Ok(n) => (n as i64, GoError::nil()),
                Err(e) => (0, path_error("seek", &self.name, errno(&e))),
            },
            Err(e) => (0, e),
        }
    }

    /// Closes the file.
    pub fn close(&self) -> GoError {
        self.handle.with(|h| match std::mem::take(h) {
            Handle::Closed => path_error("close", &self.name, err_closed()),
            _ => GoError::nil(),
        })
    }

    /// Writes the file to its disk.
    pub fn sync(&self) -> GoError {
        match self.system("sync") {
            Ok(f) => path_result("sync", &self.name, f.sync_all()),
            Err(e) => e,
        }
    }

    /// Sets the size.
    pub fn truncate(&self, size: i64) -> GoError {
        match self.system("truncate") {
            Ok(f) => path_result("truncate", &self.name, f.set_len(size as u64)),
            Err(e) => e,
        }
    }

    /// What the system knows of the file.
    pub fn stat(&self) -> (Iface<dyn super::FileInfo>, GoError) {
        match self.system("stat") {
            Ok(f) => match f.metadata() {
                Ok(m) => (super::file_info(base_name(&self.name), &m), GoError::nil()),
                Err(e) => (Iface::nil(), path_error("stat", &self.name, errno(&e))),
            },
            Err(e) if matches!(*self.handle.lock(), Handle::Closed) => (Iface::nil(), e),
            Err(_) => super::stat(self.name.clone()),
        }
    }
}

pub(super) fn base_name(path: &GoString) -> GoString {
    let bytes = path.as_bytes();
    go_string(
        std::path::Path::new(&os_string(path))
            .file_name()
            .unwrap_or(std::ffi::OsStr::new(if bytes.is_empty() { "." } else { "/" })),
    )
}

forward!(File:
    ReaderPtr { fn read(p: Slice<u8>) -> (i64, GoError); }
    WriterPtr { fn write(p: Slice<u8>) -> (i64, GoError); }
    CloserPtr { fn close() -> GoError; }
    SeekerPtr { fn seek(offset: i64, whence: i64) -> (i64, GoError); }
    ReaderAtPtr { fn read_at(p: Slice<u8>, off: i64) -> (i64, GoError); }
    WriterAtPtr { fn write_at(p: Slice<u8>, off: i64) -> (i64, GoError); }
    StringWriterPtr { fn write_string(s: GoString) -> (i64, GoError); }
);
