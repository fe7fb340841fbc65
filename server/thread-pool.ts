// Imported first, before anything uses the pool. libuv has four threads for files, and an fsync keeps one for as long as
// the disk takes: with four pushes at their end, pulls and other pushes would stand still.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
