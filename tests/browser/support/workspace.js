// Copies the workspace to the folder that is named, with a queue and a rule more: the service itself has neither a rule
// nor a queue whose dead letters go back to it.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../../..");

const MORE = `
  - Resources:
      Mail:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: mail-dev
          RedrivePolicy: { deadLetterTargetArn: { Fn::GetAtt: [LostMail, Arn] }, maxReceiveCount: 1 }
      LostMail:
        Type: AWS::SQS::Queue
        Properties: { QueueName: lost-mail-dev }
      MailRule:
        Type: AWS::Events::Rule
        Properties:
          Name: mail
          EventBusName: { Ref: EventBus }
          EventPattern: { source: [booking.lifecycle] }
          Targets: [{ Id: mail, Arn: { Fn::GetAtt: [Mail, Arn] } }]
`;

const [, , target] = process.argv;
const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
for (const file of listed.split("\0").filter((name) => name && fs.existsSync(path.join(ROOT, name)))) {
  fs.cpSync(path.join(ROOT, file), path.join(target, file));
}
fs.appendFileSync(path.join(target, "serverless.yml"), MORE);
