/**
 * S3's own ways on the wire: which bucket, key and operation a request means, and bodies in chunks and XML.
 */
import { describe, expect, test } from 'vitest';
import { createRouter } from '../../../lib/emulator/wire/router.ts';
import { parseXml } from '../../../lib/emulator/wire/xml-reader.ts';
import { ask, createStub, type Stub, signedFor } from './stub-service.ts';

function createS3(stub: Stub) {
  return createRouter({ services: { s3: stub.service }, requestId: () => 'request-1' });
}

function signed(host = '127.0.0.1:4566', more: Readonly<Record<string, string>> = {}) {
  return { host, authorization: signedFor('s3'), ...more };
}

describe('the bucket', () => {
  test.each([
    ['127.0.0.1:4566', '/box/a/b', 'box', 'a/b'],
    ['localhost:4566', '/box/a', 'box', 'a'],
    ['s3.eu-north-1.amazonaws.com', '/box/a', 'box', 'a'],
    ['box.s3.eu-north-1.amazonaws.com', '/a%20b/%C3%B8', 'box', 'a b/ø'],
    ['box.s3-eu-west-1.amazonaws.com', '/a', 'box', 'a'],
    ['my.box.s3.amazonaws.com', '/a', 'my.box', 'a'],
    ['box.localhost:4566', '/a', 'box', 'a'],
    ['box.s3.localhost:4566', '/a', 'box', 'a'],
    ['emulator.internal:4566', '/box/a', 'box', 'a'],
  ])('of %s%s is %s, the key %s', async (host, url, Bucket, Key) => {
    const stub = createStub();

    await ask(createS3(stub), { method: 'GET', url, headers: signed(host) });

    expect(stub.calls).toMatchObject([{ operation: 'GetObject', input: { Bucket, Key } }]);
  });
});

describe('the operation', () => {
  test.each<[string, string, string, Readonly<Record<string, string>>?]>([
    ['GET', '/', 'ListBuckets'],
    ['GET', '/box', 'ListObjects'],
    ['GET', '/box?list-type=2&prefix=a', 'ListObjectsV2'],
    ['GET', '/box?location', 'GetBucketLocation'],
    ['GET', '/box?unknown=1', 'ListObjects'],
    ['HEAD', '/box', 'HeadBucket'],
    ['PUT', '/box', 'CreateBucket'],
    ['PUT', '/box/k', 'PutObject'],
    ['PUT', '/box/k', 'CopyObject', { 'x-amz-copy-source': '/box/a' }],
    ['PUT', '/box/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['PUT', '/box/k?partNumber=1&uploadId=u', 'UploadPartCopy', { 'x-amz-copy-source': '/box/a' }],
    ['PUT', '/box/k?tagging', 'PutObjectTagging'],
    ['GET', '/box/k?uploadId=u', 'ListParts'],
    ['GET', '/box/k?x-id=GetObject', 'GetObject'],
    ['POST', '/box/k?uploads', 'CreateMultipartUpload'],
    ['POST', '/box/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE', '/box/k?uploadId=u', 'AbortMultipartUpload'],
    ['DELETE', '/box/k', 'DeleteObject'],
    ['POST', '/box?delete', 'DeleteObjects'],
  ])('of %s %s is %s', async (method, url, operation, headers = {}) => {
    const stub = createStub();
    const bodies: Readonly<Record<string, string>> = {
      DeleteObjects: '<Delete><Object><Key>a</Key></Object></Delete>',
      PutObjectTagging: '<Tagging><TagSet></TagSet></Tagging>',
    };
    const body = bodies[operation] ?? '';

    await ask(createS3(stub), { method, url, headers: signed(undefined, headers), body });

    expect(stub.calls).toMatchObject([{ operation }]);
  });

  test.each([
    ['PUT', '/box?policy', 'PutBucketPolicy'],
    ['GET', '/box?policy', 'GetBucketPolicy'],
    ['PUT', '/box?notification', 'PutBucketNotificationConfiguration'],
    ['GET', '/box/k?acl', 'GetObjectAcl'],
    ['GET', '/box?inventory&id=i', 'GetBucketInventoryConfiguration'],
    ['GET', '/box?inventory', 'ListBucketInventoryConfigurations'],
  ])('of %s %s is not served, by its name', async (method, url, operation) => {
    const answer = await ask(createS3(createStub()), { method, url, headers: signed() });

    expect(answer.status).toBe(501);
    expect(answer.text).toContain(`<Code>NotImplemented</Code><Message>s3: ${operation} is not served`);
  });

  test('of a method that S3 does not know is refused', async () => {
    const answer = await ask(createS3(createStub()), { method: 'PATCH', url: '/box/k', headers: signed() });

    expect(answer.status).toBe(405);
    expect(answer.text).toContain('<Code>MethodNotAllowed</Code>');
  });
});

describe('a body in chunks', () => {
  const chunked = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'content-encoding': 'gzip,aws-chunked',
  };

  test('is put together, with its trailers as headers and without the encoding of the transfer', async () => {
    const stub = createStub();
    const body = '3;chunk-signature=0\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:qqq=\r\n\r\n';

    await ask(createS3(stub), { method: 'PUT', url: '/box/k', headers: signed(undefined, chunked), body });

    const input = Object(stub.calls[0]?.input);
    expect(Buffer.from(input.Body).toString()).toBe('abcde');
    expect(input).toMatchObject({ ContentEncoding: 'gzip', ChecksumCRC32: 'qqq=', ContentLength: 5 });
  });

  test.each(['3\r\nab', 'x\r\nabc\r\n', '', '5\r\nabc\r\n0\r\n'])(
    'that is cut short is refused: %j',
    async (body) => {
      const headers = signed(undefined, chunked);

      const answer = await ask(createS3(createStub()), { method: 'PUT', url: '/box/k', headers, body });

      expect(answer.status).toBe(400);
      expect(answer.text).toContain('<Code>IncompleteBody</Code>');
    },
  );
});

describe('XML', () => {
  test('is read with its entities, comments, CDATA and prefixes', () => {
    const text =
      '<?xml version="1.0"?>\n<!-- a --><n:A xmlns:n="x" b=">"><B>1 &lt;&#x20;&#50;</B><C/>' +
      '<B><![CDATA[<&]]></B></n:A>';

    const { name, children } = parseXml(text);

    expect([name, children.map((child) => [child.name, child.text])]).toEqual([
      'A',
      [
        ['B', '1 < 2'],
        ['C', ''],
        ['B', '<&'],
      ],
    ]);
  });

  test.each(
    [
      ['', '<a>', '<a></b>', '<a/><b/>', '<a>&nobody;</a>', 'text', '<a><b></a></b>'],
      ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`],
    ].flat(),
  )('%j is refused', (text) => {
    expect(() => parseXml(text)).toThrow('The XML you provided was not well-formed');
  });
});
