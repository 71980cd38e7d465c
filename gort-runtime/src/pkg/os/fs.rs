//! Files and folders by name, and what the system knows of them.

use super::file::base_name;
use super::{errno, go_string, link_result, opened, os_string, path_error, path_result};
use crate::pkg::go::*;
use crate::pkg::support::handle_type;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::sync::Arc;

/// The kind and the permissions of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, crate::Value)]
#[go(scalar, name = "fs.FileMode", value(dyn Stringer))]
pub struct FileMode(pub u32);

/// The bit of folders.
pub const MODE_DIR: FileMode = FileMode(1 << 31);
/// The bit of symbolic links.
pub const MODE_SYMLINK: FileMode = FileMode(1 << 27);
/// The bit of named pipes.
pub const MODE_NAMED_PIPE: FileMode = FileMode(1 << 25);
/// The bit of sockets.
pub const MODE_SOCKET: FileMode = FileMode(1 << 24);
/// The bit of character devices.
pub const MODE_CHAR_DEVICE: FileMode = FileMode(1 << 21);
/// The bit of devices.
pub const MODE_DEVICE: FileMode = FileMode(1 << 26);
/// The permission bits.
pub const MODE_PERM: FileMode = FileMode(0o777);
/// The bits of the kind.
pub const MODE_TYPE: FileMode = FileMode(1 << 31 | 1 << 27 | 1 << 25 | 1 << 24 | 1 << 26 | 1 << 21 | 1 << 19);

impl FileMode {
    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.0 & MODE_DIR.0 != 0
    }

    /// Whether it is a regular file.
    pub fn is_regular(&self) -> bool {
        self.0 & MODE_TYPE.0 == 0
    }

    /// The permissions.
    pub fn perm(&self) -> FileMode {
        FileMode(self.0 & 0o777)
    }

    /// The kind.
    pub fn type_(&self) -> FileMode {
        FileMode(self.0 & MODE_TYPE.0)
    }

    fn text(self) -> GoString {
        let mut out = Vec::new();
        for (i, c) in b"dalTLDpSugct?".iter().enumerate() {
            if self.0 & 1 << (31 - i) != 0 {
                out.push(*c);
            }
        }
        if out.is_empty() {
            out.push(b'-');
        }
        for (i, c) in b"rwxrwxrwx".iter().enumerate() {
            out.push(if self.0 & 1 << (8 - i) != 0 { *c } else { b'-' });
        }
        GoString::from(out)
    }
}

impl Stringer for FileMode {
    fn string(&self) -> GoString {
        self.text()
    }
}

interface! {
    /// What the system knows of a file.
    pub trait FileInfo {
        /// The last part of its path.
        fn name(&self) -> GoString;
        /// Its length in bytes.
        fn size(&self) -> i64;
        /// Its mode.
        fn mode(&self) -> FileMode;
        /// Whether it is a folder.
        fn is_dir(&self) -> bool;
    }
}

/// An entry of a folder.
pub type DirEntry = dyn FileInfo;

#[derive(Clone, Default)]
struct Status {
    name: GoString,
    size: i64,
    mode: FileMode,
}

handle_type!(Status, "os.fileStat", pointer(dyn FileInfo));

impl FileInfoPtr for Status {
    fn name(this: &Ptr<Self>) -> GoString {
        this.name.clone()
    }

    fn size(this: &Ptr<Self>) -> i64 {
        this.size
    }

    fn mode(this: &Ptr<Self>) -> FileMode {
        this.mode
    }

    fn is_dir(this: &Ptr<Self>) -> bool {
        this.mode.is_dir()
    }
}

pub(super) fn file_info(name: GoString, m: &std::fs::Metadata) -> Iface<dyn FileInfo> {
    let bits = m.mode();
    let kind = match bits & 0o170000 {
        0o040000 => MODE_DIR.0,
        0o120000 => MODE_SYMLINK.0,
        0o010000 => MODE_NAMED_PIPE.0,
        0o140000 => MODE_SOCKET.0,
        0o020000 => MODE_DEVICE.0 | MODE_CHAR_DEVICE.0,
        0o060000 => MODE_DEVICE.0,
        _ => 0,
    };
    let special = (bits >> 11 & 1) << 23 | (bits >> 10 & 1) << 22 | (bits >> 9 & 1) << 20;
    file_status(name, m.len() as i64, FileMode(kind | special | bits & 0o777))
}

/// What is known of a file.
pub(crate) fn file_status(name: GoString, size: i64, mode: FileMode) -> Iface<dyn FileInfo> {
    let status = Status { name, size, mode };
    Iface::from_arc(Arc::new(Ptr::new(status)) as Arc<dyn FileInfo>)
}

fn info(op: &str, name: GoString, m: std::io::Result<std::fs::Metadata>) -> (Iface<dyn FileInfo>, GoError) {
    match m {
        Ok(m) => (file_info(base_name(&name), &m), GoError::nil()),
        Err(e) => (Iface::nil(), path_error(op, &name, errno(&e))),
    }
}

/// What the system knows of a file.
pub fn stat(name: GoString) -> (Iface<dyn FileInfo>, GoError) {
    let m = std::fs::metadata(os_string(&name));
    info("stat", name, m)
}

/// What the system knows of a file, links not followed.
pub fn lstat(name: GoString) -> (Iface<dyn FileInfo>, GoError) {
    let m = std::fs::symlink_metadata(os_string(&name));
    info("lstat", name, m)
}

/// The whole file.
pub fn read_file(name: GoString) -> (Slice<u8>, GoError) {
    let mut file = match std::fs::File::open(os_string(&name)) {
        Ok(f) => f,
        Err(e) => return (Slice::nil(), path_error("open", &name, errno(&e))),
    };
    let mut bytes = Vec::new();
    match file.read_to_end(&mut bytes) {
        Ok(_) => (Slice::from(bytes), GoError::nil()),
        Err(e) => (Slice::nil(), path_error("read", &name, errno(&e))),
    }
}

/// Writes the whole file.
pub fn write_file(name: GoString, data: Slice<u8>, perm: FileMode) -> GoError {
    let mut options = std::fs::OpenOptions::new();
    match options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(perm.0 & 0o777)
        .open(os_string(&name))
    {
        Ok(mut f) => path_result("write", &name, f.write_all(&data.to_vec())),
        Err(e) => path_error("open", &name, errno(&e)),
    }
}

/// Makes a folder.
pub fn mkdir(name: GoString, perm: FileMode) -> GoError {
    path_result(
        "mkdir",
        &name,
        std::fs::DirBuilder::new().mode(perm.0 & 0o777).create(os_string(&name)),
    )
}

/// Makes a folder and those above it.
pub fn mkdir_all(path: GoString, perm: FileMode) -> GoError {
    path_result(
        "mkdir",
        &path,
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(perm.0 & 0o777)
            .create(os_string(&path)),
    )
}

/// Removes a file or an empty folder.
pub fn remove(name: GoString) -> GoError {
    let path = os_string(&name);
    match std::fs::remove_file(&path) {
        Ok(()) => GoError::nil(),
        Err(e) => match std::fs::remove_dir(&path) {
            Ok(()) => GoError::nil(),
            Err(d) => path_error(
                "remove",
                &name,
                errno(if d.kind() == std::io::ErrorKind::NotADirectory {
                    &e
                } else {
                    &d
                }),
            ),
        },
    }
}

/// Removes a file or folder with all it holds.
pub fn remove_all(path: GoString) -> GoError {
    let p = os_string(&path);
    let result = match std::fs::symlink_metadata(&p) {
        Ok(m) if m.is_dir() => std::fs::remove_dir_all(&p),
        Ok(_) => std::fs::remove_file(&p),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    };
    path_result("unlinkat", &path, result)
}

/// Moves a file.
pub fn rename(oldpath: GoString, newpath: GoString) -> GoError {
    let result = std::fs::rename(os_string(&oldpath), os_string(&newpath));
    link_result("rename", &oldpath, &newpath, result)
}

/// Makes a hard link.
pub fn link(oldname: GoString, newname: GoString) -> GoError {
    let result = std::fs::hard_link(os_string(&oldname), os_string(&newname));
    link_result("link", &oldname, &newname, result)
}

/// Makes a symbolic link.
pub fn symlink(oldname: GoString, newname: GoString) -> GoError {
    let result = std::os::unix::fs::symlink(os_string(&oldname), os_string(&newname));
    link_result("symlink", &oldname, &newname, result)
}

/// Where a symbolic link leads.
pub fn readlink(name: GoString) -> (GoString, GoError) {
    match std::fs::read_link(os_string(&name)) {
        Ok(p) => (go_string(p), GoError::nil()),
        Err(e) => (GoString::default(), path_error("readlink", &name, errno(&e))),
    }
}

/// Sets the permissions.
pub fn chmod(name: GoString, mode: FileMode) -> GoError {
    path_result(
        "chmod",
        &name,
        std::fs::set_permissions(os_string(&name), std::fs::Permissions::from_mode(mode.0 & 0o777)),
    )
}

/// Sets the size.
pub fn truncate(name: GoString, size: i64) -> GoError {
    let result = std::fs::OpenOptions::new()
        .write(true)
        .open(os_string(&name))
        .and_then(|f| f.set_len(size as u64));
    path_result("truncate", &name, result)
}

/// The entries of a folder, by name.
pub fn read_dir(name: GoString) -> (Slice<Iface<DirEntry>>, GoError) {
    let entries = match std::fs::read_dir(os_string(&name)) {
        Ok(e) => e,
        Err(e) => return (Slice::nil(), path_error("open", &name, errno(&e))),
    };
    let mut found: Vec<(GoString, std::fs::Metadata)> = entries
        .flatten()
        .filter_map(|e| Some((go_string(e.file_name()), e.metadata().ok()?)))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    (
        found.into_iter().map(|(n, m)| file_info(n, &m)).collect(),
        GoError::nil(),
    )
}

fn unique(
    dir: GoString,
    pattern: GoString,
    mut make: impl FnMut(&GoString) -> std::io::Result<()>,
) -> (GoString, GoError) {
    let dir = if dir.is_empty() { super::temp_dir() } else { dir };
    let p = pattern.as_bytes();
    let (prefix, suffix) = match p.iter().rposition(|&c| c == b'*') {
        Some(i) => (&p[..i], &p[i + 1..]),
        None => (p, &p[..0]),
    };
    let mut tries = 0;
    loop {
        let n = crate::pkg::math::rand::free_bits() as u32;
        let name = [dir.as_bytes(), b"/", prefix, n.to_string().as_bytes(), suffix].concat();
        let name = GoString::from(name);
        match make(&name) {
            Ok(()) => return (name, GoError::nil()),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && tries < 10_000 => tries += 1,
            Err(e) => return (GoString::default(), path_error("createtemp", &name, errno(&e))),
        }
    }
}

/// A new temporary file; the last `*` of the pattern becomes a number.
pub fn create_temp(dir: GoString, pattern: GoString) -> (Ptr<super::File>, GoError) {
    let mut file = None;
    let (name, err) = unique(dir, pattern, |name| {
        let mut options = std::fs::OpenOptions::new();
        file = Some(
            options
                .read(true)
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(os_string(name))?,
        );
        Ok(())
    });
    match file {
        Some(f) => (opened(name, f), err),
        None => (Ptr::nil(), err),
    }
}

/// A new temporary folder.
pub fn mkdir_temp(dir: GoString, pattern: GoString) -> (GoString, GoError) {
    unique(dir, pattern, |name| {
        std::fs::DirBuilder::new().mode(0o700).create(os_string(name))
    })
}
